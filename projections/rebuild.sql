-- name: lock_rebuild
-- One rebuild of a read model at a time; the others wait and then find it done.
SELECT pg_advisory_xact_lock(hashtext('rebuild of ' || %(read_model)s));

-- name: place_table
CREATE TABLE place (notification_id bigint NOT NULL);

-- name: reached
SELECT max(notification_id) FROM place;

-- name: keep_reached
INSERT INTO place (notification_id) VALUES (%(notification_id)s);

-- name: drop_place_table
DROP TABLE place;
