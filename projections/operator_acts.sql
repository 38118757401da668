-- name: parked_at
SELECT version FROM public.parked_cases
WHERE read_model = %(read_model)s AND generation = 'live' AND case_id = %(case_id)s FOR UPDATE;

-- name: record_skip
INSERT INTO public.operator_acts (actor, role, act, read_model, case_id, version, reason)
VALUES (%(actor)s, %(role)s, 'skip', %(read_model)s, %(case_id)s, %(version)s, %(reason)s);
