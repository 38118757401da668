-- What the reconciler found, and how far each of its sweeps has got.

CREATE TABLE reconcile_findings (
    finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- A read model, a topic, or `event store`.
    place text NOT NULL,
    -- The first byte of the ids of the cases it is about.
    case_range smallint NOT NULL CHECK (case_range BETWEEN 0 AND 255),
    kind text NOT NULL CHECK (kind IN (
        'behind_store', 'ahead_of_store', 'not_in_store', 'rows_differ', 'hole_in_history', 'not_in_topic', 'differs_in_topic')),
    cases bigint NOT NULL,
    events bigint NOT NULL,
    example uuid NOT NULL,
    healed boolean NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    last_found_at timestamptz NOT NULL DEFAULT now(),
    -- When it was healed, or first not found again; until then it is open.
    ended_at timestamptz
);
CREATE UNIQUE INDEX reconcile_findings_open_idx ON reconcile_findings (place, case_range, kind) WHERE ended_at IS NULL;
CREATE INDEX reconcile_findings_found_idx ON reconcile_findings (found_at);

-- Several reconcilers share the sweeps: each step locks its row.
CREATE TABLE reconcile_sweeps (
    sweep text PRIMARY KEY,
    place jsonb NOT NULL DEFAULT '{}',
    begun_at timestamptz NOT NULL DEFAULT now(),
    looked_at timestamptz,
    -- The last whole one: when it ended, and how long it took.
    ended_at timestamptz,
    took interval
);

GRANT SELECT, INSERT, UPDATE ON reconcile_findings, reconcile_sweeps TO regcase_app;
