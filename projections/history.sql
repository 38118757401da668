-- name: history
SELECT originator_id, originator_version, topic, state FROM public.stored_events
WHERE originator_id = %(case_id)s AND originator_version > %(after)s
  AND (%(up_to)s::bigint IS NULL OR originator_version <= %(up_to)s)
ORDER BY originator_version;

-- name: log_page
SELECT notification_id, originator_id, originator_version, topic, state FROM public.stored_events
WHERE notification_id > %(after)s AND (%(until)s::bigint IS NULL OR notification_id <= %(until)s)
ORDER BY notification_id LIMIT %(limit)s;

-- name: log_end
SELECT coalesce(max(notification_id), 0) FROM public.stored_events;
