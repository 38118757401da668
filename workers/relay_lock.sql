-- name: try_lock
-- One relay is active; others stand by. The lock goes with the session.
SELECT pg_try_advisory_lock(hashtext('relay to ' || %(topic)s));

-- name: touch
SELECT 1;
