-- name: place_table
CREATE TABLE place (notification_id bigint NOT NULL);

-- name: reached
SELECT max(notification_id) FROM place;

-- name: keep_reached
INSERT INTO place (notification_id) VALUES (%(notification_id)s);

-- name: let_go_on
-- What waits in a generation where an operator let it go on in the live one.
SELECT case_id FROM public.parked_cases AS parked
WHERE parked.read_model = %(read_model)s AND parked.generation = %(generation)s AND EXISTS (
    SELECT FROM public.operator_acts AS done
    WHERE done.read_model = parked.read_model AND done.case_id = parked.case_id AND done.version >= parked.version
      AND (done.act = 'skip' OR done.outcome = 'goes_on'));

-- name: drop_place_table
DROP TABLE place;
