-- name: tables
CREATE TABLE cases (
    case_id uuid PRIMARY KEY,
    matter_id uuid NOT NULL,
    case_type text NOT NULL,
    regime text NOT NULL,
    reference text NOT NULL,
    subject text NOT NULL,
    subject_country text NOT NULL,
    subject_kind text NOT NULL,
    opened_by_system boolean NOT NULL,
    opened_because_of uuid,
    first_recorded timestamptz NOT NULL,
    last_recorded timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    stage text NOT NULL DEFAULT 'open',
    officer text,
    tier text,
    on_hold boolean NOT NULL DEFAULT false,
    is_set_aside boolean NOT NULL DEFAULT false,
    in_recovery boolean NOT NULL DEFAULT false,
    requirements text[] NOT NULL DEFAULT '{}',
    complied text[] NOT NULL DEFAULT '{}',
    main_appeals uuid[] NOT NULL DEFAULT '{}',
    other_appeals uuid[] NOT NULL DEFAULT '{}',
    main_appeal_ended boolean NOT NULL DEFAULT false,
    non_compliances integer NOT NULL DEFAULT 0,
    under_appeal boolean NOT NULL GENERATED ALWAYS AS (cardinality(main_appeals) > 0) STORED,
    -- All but `settled`, which money decides.
    state text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN stage IN ('issued', 'in_force') AND is_set_aside THEN 'set_aside'
             WHEN stage = 'in_force' AND requirements <> '{}' AND requirements <@ complied THEN 'complied'
             ELSE stage END) STORED
);
CREATE INDEX cases_matter ON cases (matter_id);
CREATE INDEX cases_reference ON cases (reference);

-- name: open
INSERT INTO cases
    (case_id, matter_id, case_type, regime, reference, subject, subject_country, subject_kind,
     opened_by_system, opened_because_of, first_recorded, last_recorded)
VALUES
    (%(case_id)s, %(matter_id)s, %(case_type)s, %(regime)s, %(reference)s, %(subject)s, %(subject_country)s, %(subject_kind)s,
     %(opened_by_system)s, %(opened_because_of)s, %(first_recorded)s, %(first_recorded)s);

-- name: set_stage
UPDATE cases SET stage = %(stage)s WHERE case_id = %(case_id)s;

-- name: assign
UPDATE cases SET officer = %(officer)s WHERE case_id = %(case_id)s;

-- name: set_hold
UPDATE cases SET on_hold = %(on_hold)s WHERE case_id = %(case_id)s;

-- name: set_tier
UPDATE cases SET tier = coalesce(%(tier)s, tier) WHERE case_id = %(case_id)s;

-- name: set_requirements
UPDATE cases SET requirements = %(requirements)s WHERE case_id = %(case_id)s;

-- name: add_requirements
UPDATE cases SET requirements = requirements || ARRAY(
    SELECT added FROM unnest(%(requirements)s::text[]) AS added WHERE added <> ALL(requirements))
WHERE case_id = %(case_id)s;

-- name: comply
UPDATE cases SET complied = complied || %(requirement)s::text WHERE case_id = %(case_id)s;

-- name: appeal
UPDATE cases SET
    main_appeals = CASE WHEN %(main)s THEN main_appeals || %(appeal)s::uuid ELSE main_appeals END,
    other_appeals = CASE WHEN %(main)s THEN other_appeals ELSE other_appeals || %(appeal)s::uuid END
WHERE case_id = %(case_id)s;

-- name: end_appeal
UPDATE cases SET
    main_appeals = array_remove(main_appeals, %(appeal)s),
    other_appeals = array_remove(other_appeals, %(appeal)s),
    main_appeal_ended = main_appeal_ended OR %(main)s
WHERE case_id = %(case_id)s;

-- name: open_to_appeal
UPDATE cases SET main_appeal_ended = false WHERE case_id = %(case_id)s;

-- name: set_aside
UPDATE cases SET is_set_aside = true WHERE case_id = %(case_id)s;

-- name: restore
UPDATE cases SET is_set_aside = false, requirements = coalesce(%(requirements)s::text[], requirements)
WHERE case_id = %(case_id)s;

-- name: set_recovery
UPDATE cases SET in_recovery = %(in_recovery)s WHERE case_id = %(case_id)s;

-- name: count_non_compliance
UPDATE cases SET non_compliances = non_compliances + 1 WHERE case_id = %(case_id)s;

-- name: advance
UPDATE cases SET version = %(version)s, last_recorded = %(last_recorded)s WHERE case_id = %(case_id)s;
