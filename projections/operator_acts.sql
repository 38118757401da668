-- name: parked
SELECT case_id, version, error_class FROM public.parked_cases
WHERE read_model = %(read_model)s AND generation = 'live' AND case_id = %(case_id)s FOR UPDATE;

-- name: assign
UPDATE public.parked_cases SET owner = %(owner)s
WHERE read_model = %(read_model)s AND generation = 'live' AND case_id = %(case_id)s;

-- name: record
INSERT INTO public.operator_acts
    (actor, role, act, read_model, case_id, version, error_class, owner, reason, authority, outcome)
VALUES
    (%(actor)s, %(role)s, %(act)s, %(read_model)s, %(case_id)s, %(version)s, %(error_class)s, %(owner)s, %(reason)s,
     %(authority)s, %(outcome)s);

-- name: skips
SELECT DISTINCT ON (read_model, case_id, version)
    act_id, done_at, actor, role, act, read_model, case_id, version, error_class, owner, reason, authority, outcome
FROM public.operator_acts
WHERE act = 'skip' AND (%(read_models)s::text[] IS NULL OR read_model = ANY(%(read_models)s))
  AND (%(case_ids)s::uuid[] IS NULL OR case_id = ANY(%(case_ids)s))
ORDER BY read_model, case_id, version, act_id;

-- name: acts
SELECT act_id, done_at, actor, role, act, read_model, case_id, version, error_class, owner, reason, authority, outcome
FROM public.operator_acts
WHERE %(case_id)s::uuid IS NULL OR case_id = %(case_id)s
ORDER BY act_id;
