-- name: as_of_now
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- name: last_of_the_first
SELECT case_id FROM positions
WHERE case_id BETWEEN %(first)s AND %(last)s ORDER BY case_id OFFSET %(most)s - 1 LIMIT 1;

-- name: applied
-- Their events as far as they were applied.
SELECT originator_id, originator_version, topic, state FROM public.stored_events
JOIN positions ON case_id = originator_id AND originator_version <= version
WHERE originator_id BETWEEN %(first)s AND %(last)s AND NOT starts_with(topic, '_')
ORDER BY originator_id, originator_version;

-- name: behind
SELECT expected.case_id, coalesce(positions.version, 0), expected.version
FROM {check}.positions AS expected
LEFT JOIN {held}.positions AS positions USING (case_id)
WHERE coalesce(positions.version, 0) < expected.version
ORDER BY expected.case_id;

-- name: key
SELECT attname FROM pg_catalog.pg_index
JOIN pg_catalog.pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
WHERE indrelid = %(table)s::regclass AND indisprimary;

-- name: differing_rows
(SELECT 'held' AS side, to_jsonb(held) AS content FROM {held}.{table} AS held WHERE case_id BETWEEN %(first)s AND %(last)s
 EXCEPT SELECT 'held', to_jsonb(expected) FROM {check}.{table} AS expected)
UNION ALL
(SELECT 'check', to_jsonb(expected) FROM {check}.{table} AS expected
 EXCEPT SELECT 'check', to_jsonb(held) FROM {held}.{table} AS held WHERE case_id BETWEEN %(first)s AND %(last)s);
