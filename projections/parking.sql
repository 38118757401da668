-- name: park
INSERT INTO {parked_cases}
    (read_model, generation, case_id, matter_id, version, event_type, error_kind, error_class, error, attempts, stale_since)
VALUES
    (%(read_model)s, %(generation)s, %(case_id)s, %(matter_id)s, %(version)s, %(event_type)s, %(error_kind)s, %(error_class)s,
     %(error)s, %(attempts)s, coalesce(%(stale_since)s, now()))
ON CONFLICT (read_model, generation, case_id) DO UPDATE SET
    version = excluded.version, event_type = excluded.event_type, error_kind = excluded.error_kind,
    error_class = excluded.error_class, error = excluded.error, last_attempt_at = now(),
    -- Another event than before: it went on, and waits anew.
    attempts = excluded.attempts + CASE WHEN parked_cases.version = excluded.version THEN parked_cases.attempts ELSE 0 END,
    parked_at = CASE WHEN parked_cases.version = excluded.version THEN parked_cases.parked_at ELSE now() END,
    stale_since = CASE WHEN parked_cases.version = excluded.version THEN parked_cases.stale_since ELSE excluded.stale_since END;

-- name: first_event
SELECT state FROM public.stored_events WHERE originator_id = %(case_id)s AND originator_version = 1;

-- name: waiting
SELECT case_id FROM {parked_cases}
WHERE read_model = %(read_model)s AND generation = %(generation)s AND case_id = ANY(%(case_ids)s);

-- name: unpark
DELETE FROM public.parked_cases
WHERE read_model = %(read_model)s AND generation = %(generation)s AND case_id = ANY(%(case_ids)s);

-- name: counts
-- By read model and kind of error, where each case stands once; and of all, however many read models a case waits in.
SELECT read_model, error_kind, count(DISTINCT case_id), min(parked_at) FROM public.parked_cases
WHERE generation = 'live' GROUP BY GROUPING SETS ((read_model, error_kind), ());

-- name: list
SELECT read_model, case_id, matter_id, version, event_type, error_kind, error_class, error, attempts, parked_at,
       last_attempt_at, stale_since, owner,
       (SELECT count(*) FROM public.stored_events
        WHERE originator_id = case_id AND originator_version >= parked_cases.version) AS waiting_events
FROM public.parked_cases
WHERE generation = 'live'
  AND (%(read_models)s::text[] IS NULL OR read_model = ANY(%(read_models)s))
  AND (%(case_id)s::uuid IS NULL OR case_id = %(case_id)s)
  AND (%(matter_id)s::uuid IS NULL OR matter_id = %(matter_id)s)
  AND (%(error_class)s::text IS NULL OR error_class = %(error_class)s)
  AND (%(owner)s::text IS NULL OR owner = %(owner)s)
ORDER BY parked_at, read_model, case_id;
