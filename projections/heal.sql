-- name: positions
SELECT case_id, version FROM positions WHERE case_id = ANY(%(case_ids)s);

-- name: behind
SELECT wanted.case_id
FROM unnest(%(case_ids)s::uuid[], %(versions)s::bigint[]) AS wanted (case_id, version)
LEFT JOIN positions USING (case_id)
WHERE coalesce(positions.version, 0) < wanted.version
  AND NOT EXISTS (
      SELECT FROM public.parked_cases
      WHERE read_model = %(read_model)s AND generation = %(generation)s AND parked_cases.case_id = wanted.case_id);

-- name: remove_rows
DELETE FROM {table} WHERE case_id = ANY(%(case_ids)s);

-- name: begin_again
UPDATE positions SET version = 0 WHERE case_id = ANY(%(case_ids)s);
