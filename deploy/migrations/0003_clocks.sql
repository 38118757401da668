-- Time: the clocks of matters that are being loaded, and which deadlines somebody is firing.

-- While a matter is loaded from a script its time is the script's. The row goes when the load ends.
CREATE TABLE matter_clocks (
    matter_id uuid PRIMARY KEY,
    now timestamptz NOT NULL
);

-- A deadline that is being fired belongs to one worker until claimed_until. Rebuilds leave this alone.
CREATE TABLE timer_claims (
    case_id uuid NOT NULL,
    role text NOT NULL,
    set_version bigint NOT NULL,
    claimed_until timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    PRIMARY KEY (case_id, role, set_version)
);

-- The steps of case scripts that were played, so that a load goes on where it stopped.
CREATE TABLE script_steps (
    matter_id uuid NOT NULL,
    step integer NOT NULL,
    digest text NOT NULL,
    outcome jsonb NOT NULL,
    played_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (matter_id, step)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON matter_clocks, timer_claims TO regcase_app;
GRANT SELECT, INSERT ON script_steps TO regcase_app;
