-- name: insert_positions
INSERT INTO positions (case_id, version)
SELECT case_id, 0 FROM unnest(%(case_ids)s::uuid[]) AS wanted (case_id) ORDER BY case_id
ON CONFLICT DO NOTHING;

-- name: lock_positions
SELECT case_id, version FROM positions WHERE case_id = ANY(%(case_ids)s) ORDER BY case_id FOR UPDATE;

-- name: skipped
SELECT case_id, version FROM public.operator_acts
WHERE act = 'skip' AND read_model = %(read_model)s AND case_id = ANY(%(case_ids)s);

-- name: wait_briefly
-- The positions are locked, so nobody else has business with these rows; whoever holds one is not waited for long.
SET LOCAL lock_timeout = '2s';

-- name: advance
UPDATE positions SET version = %(version)s WHERE case_id = %(case_id)s;
