-- The event store: the only truth. The table is the one that the event sourcing library expects.

-- Roles are of the whole server: another database's migrations may have made this one already.
-- Looked up first: an owner who may not make roles can go on where it is there.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regcase_app') THEN
        CREATE ROLE regcase_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

CREATE TABLE stored_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigserial NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (
    -- Nothing is ever updated or deleted here, so only statistics need to be kept fresh.
    autovacuum_vacuum_scale_factor = 0.5,
    autovacuum_analyze_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.01
);
-- The library hands over the events of one save as an array of this type.
CREATE TYPE stored_event_uuid AS (originator_id uuid, originator_version bigint, topic text, state bytea);
CREATE UNIQUE INDEX stored_events_notification_id_idx ON stored_events (notification_id);

-- MAINTAIN allows the library's table lock, and neither UPDATE nor DELETE nor TRUNCATE.
GRANT SELECT, INSERT, MAINTAIN ON stored_events TO regcase_app;
GRANT USAGE ON SEQUENCE stored_events_notification_id_seq TO regcase_app;

-- Read models are made and replaced by the application, each in a schema of its own.
DO $$ BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO regcase_app', current_database());
END $$;
