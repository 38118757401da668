-- name: hold
SELECT pg_advisory_xact_lock_shared(hashtext('read model ' || %(read_model)s));

-- name: hold_alone
SELECT pg_advisory_xact_lock(hashtext('read model ' || %(read_model)s));

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

-- name: parked_go_live
UPDATE public.parked_cases SET generation = 'live' WHERE read_model = %(read_model)s AND generation = 'next';
