-- name: answered
SELECT 1 FROM stored_events WHERE originator_id = %(stream)s;
