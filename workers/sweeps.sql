-- name: begin
INSERT INTO reconcile_sweeps (sweep) VALUES (%(sweep)s) ON CONFLICT DO NOTHING;

-- name: wait_no_longer
SET LOCAL idle_in_transaction_session_timeout = '60s';

-- name: claim
SELECT place, begun_at FROM reconcile_sweeps WHERE sweep = %(sweep)s FOR UPDATE SKIP LOCKED;

-- name: still_at_it
SELECT 1;

-- name: looked
UPDATE reconcile_sweeps SET
    place = %(place)s, looked_at = clock_timestamp(),
    begun_at = CASE WHEN %(is_whole)s THEN clock_timestamp() ELSE begun_at END,
    ended_at = CASE WHEN %(is_whole)s THEN clock_timestamp() ELSE ended_at END,
    took = CASE WHEN %(is_whole)s THEN clock_timestamp() - begun_at ELSE took END
WHERE sweep = %(sweep)s;
