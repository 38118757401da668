-- How far events have been passed on, and what could not be.

-- Up to where a follower of the notification log (the relay, the reconciler) has got.
CREATE TABLE follower_places (
    follower text PRIMARY KEY,
    notification_id bigint NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now()
);

-- Per partition, the offset after the last message that the relay knows to be acknowledged.
CREATE TABLE relay_offsets (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Messages that are no event of the store, or whose digest does not match: seen, counted, never applied.
CREATE TABLE rejected_messages (
    topic text NOT NULL,
    partition integer NOT NULL,
    message_offset bigint NOT NULL,
    message_digest text NOT NULL,
    reason text NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, message_offset, message_digest)
);

-- Cases that wait in a read model because an event could not be applied. A generation that is being built has its own.
CREATE TABLE parked_cases (
    read_model text NOT NULL,
    generation text NOT NULL CHECK (generation IN ('live', 'next', 'check')),
    case_id uuid NOT NULL,
    matter_id uuid,
    version bigint NOT NULL,
    event_type text NOT NULL,
    error_class text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    parked_at timestamptz NOT NULL DEFAULT now(),
    last_attempt_at timestamptz NOT NULL DEFAULT now(),
    owner text,
    PRIMARY KEY (read_model, generation, case_id)
);

-- What operators did, for ever. A skipped event stays skipped when its read model is rebuilt.
CREATE TABLE operator_acts (
    act_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    done_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    role text NOT NULL,
    act text NOT NULL CHECK (act IN ('skip')),
    read_model text NOT NULL,
    case_id uuid NOT NULL,
    version bigint NOT NULL,
    reason text NOT NULL
);
CREATE INDEX operator_acts_skipped_idx ON operator_acts (read_model, case_id, version) WHERE act = 'skip';

GRANT SELECT, INSERT, UPDATE ON follower_places, relay_offsets TO regcase_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON parked_cases TO regcase_app;
GRANT SELECT, INSERT ON rejected_messages, operator_acts TO regcase_app;
