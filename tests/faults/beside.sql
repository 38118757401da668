-- name: behind
SELECT 1 FROM unnest(%(case_ids)s::uuid[], %(versions)s::bigint[]) AS wanted (case_id, version)
LEFT JOIN {positions} AS positions USING (case_id)
WHERE coalesce(positions.version, 0) < wanted.version LIMIT 1;
