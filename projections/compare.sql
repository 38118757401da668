-- name: as_of_now
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- name: behind
SELECT expected.case_id, coalesce(positions.version, 0), expected.version
FROM {check}.positions AS expected
LEFT JOIN {live}.positions AS positions USING (case_id)
WHERE coalesce(positions.version, 0) < expected.version
ORDER BY expected.case_id;

-- name: tables
SELECT tablename FROM pg_catalog.pg_tables
WHERE schemaname = %(schema)s AND tablename <> ALL(%(but)s) ORDER BY tablename;

-- name: key
SELECT attname FROM pg_catalog.pg_index
JOIN pg_catalog.pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
WHERE indrelid = %(table)s::regclass AND indisprimary;

-- name: differing_rows
(SELECT 'live' AS side, to_jsonb(held) AS content FROM {live}.{table} AS held
 EXCEPT SELECT 'live', to_jsonb(expected) FROM {check}.{table} AS expected)
UNION ALL
(SELECT 'check', to_jsonb(expected) FROM {check}.{table} AS expected
 EXCEPT SELECT 'check', to_jsonb(held) FROM {live}.{table} AS held);
