-- name: tables
CREATE TABLE timeline (
    case_id uuid NOT NULL,
    version bigint NOT NULL,
    matter_id uuid NOT NULL,
    case_type text NOT NULL,
    event_type text NOT NULL,
    law_date date,
    recorded timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    words text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    command text NOT NULL,
    correlation_id text NOT NULL,
    PRIMARY KEY (case_id, version)
);
CREATE INDEX timeline_matter ON timeline (matter_id, recorded);

-- name: happened
INSERT INTO timeline
    (case_id, version, matter_id, case_type, event_type, law_date, recorded, stored_at, words, actor, role, command,
     correlation_id)
VALUES
    (%(case_id)s, %(version)s, %(matter_id)s, %(case_type)s, %(event_type)s, %(law_date)s, %(recorded)s, %(stored_at)s,
     %(words)s, %(actor)s, %(role)s, %(command)s, %(correlation_id)s);
