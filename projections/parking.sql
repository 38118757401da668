-- name: park
INSERT INTO public.parked_cases
    (read_model, generation, case_id, matter_id, version, event_type, error_class, error)
VALUES
    (%(read_model)s, %(generation)s, %(case_id)s, %(matter_id)s, %(version)s, %(event_type)s, %(error_class)s, %(error)s)
ON CONFLICT (read_model, generation, case_id) DO UPDATE SET
    version = excluded.version, event_type = excluded.event_type,
    error_class = excluded.error_class, error = excluded.error,
    attempts = parked_cases.attempts + 1, last_attempt_at = now();

-- name: waiting
SELECT case_id FROM public.parked_cases
WHERE read_model = %(read_model)s AND generation = %(generation)s AND case_id = ANY(%(case_ids)s);

-- name: unpark
DELETE FROM public.parked_cases
WHERE read_model = %(read_model)s AND generation = 'live' AND case_id = %(case_id)s;

-- name: list
SELECT read_model, case_id, matter_id, version, event_type, error_class, error, attempts, parked_at, last_attempt_at, owner
FROM public.parked_cases
WHERE generation = 'live'
  AND (%(read_model)s::text IS NULL OR read_model = %(read_model)s)
  AND (%(case_id)s::uuid IS NULL OR case_id = %(case_id)s)
ORDER BY parked_at, read_model, case_id;
