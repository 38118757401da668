-- name: place_table
CREATE TABLE place (notification_id bigint NOT NULL);

-- name: reached
SELECT max(notification_id) FROM place;

-- name: keep_reached
INSERT INTO place (notification_id) VALUES (%(notification_id)s);

-- name: drop_place_table
DROP TABLE place;
