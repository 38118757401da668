-- name: of_store
-- An event of every version up to the last is counted as the read models count it: by the version.
WITH cases AS (
    SELECT originator_id AS case_id, max(originator_version) AS version FROM public.stored_events
    WHERE originator_id BETWEEN %(first)s AND %(last)s AND NOT starts_with(topic, '_')
    GROUP BY originator_id
)
SELECT count(*) AS cases, coalesce(sum(version), 0)::bigint AS events,
       encode(sha256(convert_to(coalesce(string_agg(case_id || '/' || version, ' ' ORDER BY case_id), ''), 'UTF8')), 'hex') AS digest
FROM cases;

-- name: of_read_model
SELECT count(*) AS cases, coalesce(sum(version), 0)::bigint AS events,
       encode(sha256(convert_to(coalesce(string_agg(case_id || '/' || version, ' ' ORDER BY case_id), ''), 'UTF8')), 'hex') AS digest
FROM positions
WHERE case_id BETWEEN %(first)s AND %(last)s AND version > 0;

-- name: gaps
WITH stored AS (
    SELECT originator_id AS case_id, max(originator_version) AS version,
           max(originator_version) FILTER (WHERE %(up_to)s::bigint IS NULL OR notification_id <= %(up_to)s) AS due
    FROM public.stored_events
    WHERE originator_id BETWEEN %(first)s AND %(last)s AND NOT starts_with(topic, '_')
    GROUP BY originator_id
), held AS (
    SELECT case_id, version FROM positions WHERE case_id BETWEEN %(first)s AND %(last)s
)
SELECT case_id, coalesce(held.version, 0) AS reached, coalesce(stored.version, 0) AS stored
FROM stored FULL JOIN held USING (case_id)
WHERE coalesce(held.version, 0) NOT BETWEEN coalesce(stored.due, 0) AND coalesce(stored.version, 0)
  AND NOT EXISTS (
      SELECT FROM public.parked_cases
      WHERE read_model = %(read_model)s AND generation = %(generation)s AND parked_cases.case_id = coalesce(stored.case_id, held.case_id))
ORDER BY case_id;

-- name: holes
SELECT originator_id FROM public.stored_events
WHERE originator_id BETWEEN %(first)s AND %(last)s AND NOT starts_with(topic, '_')
GROUP BY originator_id HAVING count(*) <> max(originator_version)
ORDER BY originator_id;
