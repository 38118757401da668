-- name: hold
SELECT pg_advisory_xact_lock_shared(hashtext('read model ' || %(read_model)s));

-- name: hold_alone
SELECT pg_advisory_xact_lock(hashtext('read model ' || %(read_model)s));

-- name: wait_briefly
SET LOCAL lock_timeout = '2s';

-- name: hold_while_comparing
-- Of the session: a snapshot is taken after it, and no rebuild switches generations under that.
SELECT pg_advisory_lock_shared(hashtext('read model ' || %(read_model)s));

-- name: compare_alone
SELECT pg_advisory_lock(hashtext('comparison of ' || %(read_model)s));

-- name: rebuild_alone
-- One rebuild of a read model at a time; the others wait and then find it done.
SELECT set_config('lock_timeout', '0', true), pg_advisory_lock(hashtext('rebuild of ' || %(read_model)s));

-- name: unlock_all
SELECT pg_advisory_unlock_all();

-- name: distrust
UPDATE definition SET digest = 'damaged';

-- name: exists
SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %(schema)s;

-- name: engine_tables
-- Up to which version each case was applied; and which definition these tables were built by.
CREATE TABLE positions (case_id uuid PRIMARY KEY, version bigint NOT NULL);
CREATE TABLE definition (digest text NOT NULL);

-- name: define
INSERT INTO definition (digest) VALUES (%(digest)s);

-- name: forget_parked
DELETE FROM public.parked_cases WHERE read_model = %(read_model)s AND generation = %(generation)s;

-- name: keep_standing
-- What waits at the same event as before has waited since then, and belongs to whom it was given.
UPDATE public.parked_cases AS next SET owner = live.owner, parked_at = live.parked_at, stale_since = live.stale_since
FROM public.parked_cases AS live
WHERE next.read_model = %(read_model)s AND next.generation = 'next'
  AND live.read_model = next.read_model AND live.generation = 'live'
  AND live.case_id = next.case_id AND live.version = next.version;

-- name: parked_go_live
UPDATE public.parked_cases SET generation = 'live' WHERE read_model = %(read_model)s AND generation = 'next';
