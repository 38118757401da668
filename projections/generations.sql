-- name: hold
SELECT pg_advisory_xact_lock_shared(hashtext('read model ' || %(read_model)s));

-- name: hold_alone
SELECT pg_advisory_xact_lock(hashtext('read model ' || %(read_model)s));

-- name: end_after
-- One limit that counts already, as a server may have by its own settings, would count on instead of ours.
SELECT set_config('transaction_timeout', '0', true), set_config('transaction_timeout', %(at_most)s, true);

-- name: wait_for_rows
-- Not for so long that the time for the work itself gets short.
SET LOCAL lock_timeout = '4s';

-- name: wait_briefly
SET LOCAL lock_timeout = '2s';

-- name: hold_while_comparing
-- Of the session: a snapshot is taken after it, and no rebuild switches generations under that.
SELECT pg_advisory_lock_shared(hashtext('read model ' || %(read_model)s));

-- name: rebuild_alone
-- One rebuild of a read model at a time; the others wait and then find it done.
SELECT set_config('lock_timeout', '0', true), pg_advisory_lock(hashtext('rebuild of ' || %(read_model)s));

-- name: unlock_all
SELECT pg_advisory_unlock_all();

-- name: distrust
UPDATE definition SET digest = %(digest)s;

-- name: exists
-- And whether it says by which definition it was built: that table may be the one that is missing.
SELECT to_regclass(%(schema)s || '.definition') IS NOT NULL FROM pg_catalog.pg_namespace WHERE nspname = %(schema)s;

-- name: digest
SELECT digest FROM definition;

-- name: engine_tables
-- Up to which version each case was applied; and which definition these tables were built by, since when.
CREATE TABLE positions (case_id uuid PRIMARY KEY, version bigint NOT NULL);
CREATE TABLE definition (digest text NOT NULL, begun_at timestamptz NOT NULL DEFAULT now());

-- name: define
INSERT INTO definition (digest) VALUES (%(digest)s);

-- name: parked_of_the_session
CREATE TEMPORARY TABLE parked_cases (LIKE public.parked_cases INCLUDING ALL);

-- name: tables
-- The read model's own. The schema of the session's tables has a name of its own, by which it is not found.
SELECT relname FROM pg_catalog.pg_class
WHERE relnamespace = coalesce(to_regnamespace(%(schema)s)::oid, pg_my_temp_schema())
  AND relkind = 'r' AND relname NOT IN ('positions', 'definition', 'place', 'parked_cases')
ORDER BY relname;

-- name: standing
-- Tables that an earlier program made do not say when.
SELECT %(read_model)s::text AS read_model, %(generation)s::text AS generation, digest, digest = %(digest)s AS is_of_this_program,
       (to_jsonb(definition) ->> 'begun_at')::timestamptz AS begun_at,
       (SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_catalog.pg_class
        WHERE relnamespace = to_regnamespace(%(schema)s) AND relkind = 'r') AS bytes,
       (SELECT count(*) FROM positions) AS cases,
       (SELECT coalesce(sum(version), 0)::bigint FROM positions) AS events,
       (SELECT count(*) FROM public.parked_cases
        WHERE parked_cases.read_model = %(read_model)s AND generation = %(generation)s) AS parked
FROM definition;

-- name: forget_parked
DELETE FROM public.parked_cases WHERE read_model = %(read_model)s AND generation = %(generation)s;

-- name: move_parked
UPDATE public.parked_cases SET generation = %(after)s WHERE read_model = %(read_model)s AND generation = %(before)s;

-- name: keep_standing
-- What waits at the same event as before has waited since then, and belongs to whom it was given.
UPDATE public.parked_cases AS live SET owner = before.owner, parked_at = before.parked_at, stale_since = before.stale_since
FROM public.parked_cases AS before
WHERE live.read_model = %(read_model)s AND live.generation = 'live'
  AND before.read_model = live.read_model AND before.generation = 'aside'
  AND before.case_id = live.case_id AND before.version = live.version;

-- name: end_findings
-- They were about the rows that are read no more.
UPDATE public.reconcile_findings SET ended_at = now() WHERE place = %(read_model)s AND ended_at IS NULL;
