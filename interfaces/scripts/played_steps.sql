-- name: lock
-- Held as long as the connection lives, so that a load that was killed leaves none behind.
SELECT pg_try_advisory_lock(hashtextextended('regcase load ' || %(matter_id)s, 0));

-- name: touch
-- Fails when the connection, and with it the lock, is gone.
SELECT 1;

-- name: steps
SELECT step, digest, outcome FROM script_steps WHERE matter_id = %(matter_id)s ORDER BY step;

-- name: note_step
INSERT INTO script_steps (matter_id, step, digest, outcome)
VALUES (%(matter_id)s, %(step)s, %(digest)s, %(outcome)s);

-- name: clock
SELECT now FROM matter_clocks WHERE matter_id = %(matter_id)s;
