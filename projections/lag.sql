-- name: unpublished
SELECT (SELECT count(*) FROM (
            SELECT FROM public.stored_events
            WHERE notification_id > %(after)s AND NOT starts_with(topic, '_') LIMIT %(most)s) AS unpublished),
       (SELECT substring(state FROM 1 FOR position('\x0a'::bytea IN state)) FROM public.stored_events
        WHERE notification_id > %(after)s AND NOT starts_with(topic, '_') ORDER BY notification_id LIMIT 1);

-- name: read_model
-- From the reconciler's place on: before it every event was applied or parked. So the first that is found is the oldest, and
-- the limit is on what is behind, not on what is looked at. Of each case its first, without the payload.
WITH behind AS MATERIALIZED (
    SELECT originator_id, notification_id FROM public.stored_events
    LEFT JOIN positions ON positions.case_id = originator_id
    WHERE notification_id > %(after)s AND NOT starts_with(topic, '_')
      AND originator_version > coalesce(positions.version, 0)
      AND NOT EXISTS (
          SELECT FROM public.parked_cases
          WHERE read_model = %(read_model)s AND generation = 'live' AND parked_cases.case_id = originator_id)
    ORDER BY notification_id LIMIT %(most)s
), cases AS (
    SELECT count(*) AS events, min(notification_id) AS first FROM behind GROUP BY originator_id
)
SELECT cases.events, substring(state FROM 1 FOR position('\x0a'::bytea IN state))
FROM cases JOIN public.stored_events ON notification_id = cases.first
ORDER BY cases.first;

-- name: next_deadline
-- Which day it is comes from the index of what waits to be fired, however many wait.
SELECT coalesce(cases.reference, deadlines.case_id::text), role, due, due_at,
       (SELECT stale_since FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = 'deadlines' AND parked.case_id = deadlines.case_id)
FROM read_deadlines.deadlines LEFT JOIN read_cases.cases USING (case_id)
WHERE status = 'running' AND fires_at = (
    SELECT fires_at FROM read_deadlines.deadlines
    WHERE status = 'running' AND fires_at IS NOT NULL ORDER BY fires_at LIMIT 1)
ORDER BY 1, role LIMIT 1;

-- name: due
-- Of matters with a clock of their own by that; in two parts, so that what only waits costs nothing.
WITH due AS (
    (SELECT now() - fires_at AS late FROM read_deadlines.deadlines
     WHERE fires_at < now()
       AND NOT EXISTS (SELECT FROM public.matter_clocks WHERE matter_clocks.matter_id = deadlines.matter_id)
     ORDER BY fires_at LIMIT %(most)s)
    UNION ALL
    (SELECT matter_clocks.now - fires_at FROM public.matter_clocks JOIN read_deadlines.deadlines USING (matter_id)
     WHERE fires_at < matter_clocks.now LIMIT %(most)s)
)
SELECT count(*), coalesce(max(late), interval '0') FROM due;

-- name: overdue
WITH late AS (
    (SELECT case_id, role, fires_at FROM read_deadlines.deadlines
     WHERE fires_at < now() - %(late_by)s
       AND NOT EXISTS (SELECT FROM public.matter_clocks WHERE matter_clocks.matter_id = deadlines.matter_id)
     ORDER BY fires_at LIMIT %(most)s)
    UNION ALL
    (SELECT case_id, role, fires_at FROM public.matter_clocks JOIN read_deadlines.deadlines USING (matter_id)
     WHERE fires_at < matter_clocks.now - %(late_by)s ORDER BY fires_at LIMIT %(most)s)
)
SELECT late.case_id, coalesce(cases.reference, late.case_id::text), role, fires_at,
       (SELECT stale_since FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = 'deadlines' AND parked.case_id = late.case_id)
FROM late LEFT JOIN read_cases.cases USING (case_id)
ORDER BY fires_at, 2, role LIMIT %(most)s;

-- name: being_loaded
SELECT matter_id, now FROM public.matter_clocks ORDER BY now;

-- name: rejected
SELECT count(*), count(*) FILTER (WHERE seen_at > now() - %(recent)s) FROM public.rejected_messages;
