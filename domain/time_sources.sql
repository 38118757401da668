-- name: read
SELECT coalesce((SELECT now FROM matter_clocks WHERE matter_id = %(matter_id)s), clock_timestamp());

-- name: set
INSERT INTO matter_clocks (matter_id, now) VALUES (%(matter_id)s, %(now)s)
ON CONFLICT (matter_id) DO UPDATE SET now = excluded.now;

-- name: release
DELETE FROM matter_clocks WHERE matter_id = %(matter_id)s;

-- name: database_time
SELECT clock_timestamp();
