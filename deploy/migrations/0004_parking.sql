-- Parking, complete: of which kind an error is, since when a case's rows are old, and each act of an operator.

ALTER TABLE parked_cases
    ADD COLUMN error_kind text NOT NULL DEFAULT 'permanent' CHECK (error_kind IN ('transient', 'permanent')),
    -- When the event was stored that could not be applied: what happened from then on is missing from the case's rows.
    ADD COLUMN stale_since timestamptz NOT NULL DEFAULT now();
UPDATE parked_cases SET stale_since = parked_at;
CREATE INDEX parked_cases_matter_idx ON parked_cases (matter_id);

ALTER TABLE operator_acts
    DROP CONSTRAINT operator_acts_act_check,
    ADD CONSTRAINT operator_acts_act_check CHECK (act IN ('assign', 'retry', 'skip')),
    ALTER COLUMN reason DROP NOT NULL,
    ADD COLUMN authority text,
    ADD COLUMN owner text,
    ADD COLUMN error_class text,
    ADD COLUMN outcome text CHECK (outcome IN ('goes_on', 'waits')),
    -- What was recorded before these rules stays as it is.
    ADD CONSTRAINT operator_acts_are_an_admins CHECK (role = 'admin') NOT VALID,
    ADD CONSTRAINT operator_acts_assign_names_an_owner CHECK ((act = 'assign') = (owner IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT operator_acts_retry_tells_what_came_of_it CHECK ((act = 'retry') = (outcome IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT operator_acts_skip_says_why_and_by_whose_authority CHECK (
        act <> 'skip' OR (coalesce(trim(reason), '') <> '' AND coalesce(trim(authority), '') <> '')) NOT VALID;
CREATE INDEX operator_acts_case_idx ON operator_acts (case_id, act_id);

-- The number and the moment of an act are the database's own; the application cannot give them.
REVOKE INSERT ON operator_acts FROM regcase_app;
GRANT INSERT (actor, role, act, read_model, case_id, version, reason, authority, owner, error_class, outcome)
    ON operator_acts TO regcase_app;
