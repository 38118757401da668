-- name: answered
SELECT 1 FROM stored_events WHERE originator_id = %(stream)s;

-- name: order
SELECT originator_id FROM stored_events WHERE originator_id = ANY(%(streams)s) ORDER BY notification_id;
