-- name: relay
SELECT state FROM public.stored_events
WHERE notification_id > %(after)s
  AND NOT starts_with(topic, '_')
ORDER BY notification_id LIMIT %(most)s;

-- name: read_model
WITH tail AS (
    SELECT originator_id, originator_version, notification_id, state FROM public.stored_events
    WHERE NOT starts_with(topic, '_') ORDER BY notification_id DESC LIMIT %(most)s
)
SELECT state FROM tail
LEFT JOIN positions ON positions.case_id = originator_id
WHERE originator_version > coalesce(positions.version, 0)
  AND NOT EXISTS (
      SELECT FROM public.parked_cases
      WHERE read_model = %(read_model)s AND generation = 'live' AND parked_cases.case_id = originator_id)
ORDER BY notification_id;

-- name: next_deadline
SELECT coalesce(cases.reference, deadlines.case_id::text), role, due, due_at,
       (SELECT stale_since FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = 'deadlines' AND parked.case_id = deadlines.case_id)
FROM read_deadlines.deadlines LEFT JOIN read_cases.cases USING (case_id)
WHERE status = 'running' ORDER BY due_at, 1, role LIMIT 1;

-- name: overdue
SELECT deadlines.case_id, coalesce(cases.reference, deadlines.case_id::text), role, fires_at,
       (SELECT stale_since FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = 'deadlines' AND parked.case_id = deadlines.case_id)
FROM read_deadlines.deadlines
LEFT JOIN public.matter_clocks USING (matter_id)
LEFT JOIN read_cases.cases USING (case_id)
WHERE fires_at < coalesce(matter_clocks.now, now()) - interval '1 minute'
ORDER BY fires_at, 2, role LIMIT 100;

-- name: being_loaded
SELECT matter_id, now FROM public.matter_clocks ORDER BY now;

-- name: rejected
SELECT count(*) FROM public.rejected_messages;
