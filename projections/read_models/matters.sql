-- name: tables
CREATE TABLE matters (
    case_id uuid PRIMARY KEY,
    matter_id uuid NOT NULL UNIQUE,
    reference text NOT NULL,
    regime text NOT NULL,
    subject text NOT NULL,
    subject_country text NOT NULL,
    subject_kind text NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    outcome text,
    grounds text[] NOT NULL,
    jointly_with text[] NOT NULL,
    findings integer NOT NULL DEFAULT 0,
    on_hold boolean NOT NULL DEFAULT false
);

-- name: open
INSERT INTO matters
    (case_id, matter_id, reference, regime, subject, subject_country, subject_kind, opened_on, grounds, jointly_with)
VALUES
    (%(case_id)s, %(matter_id)s, %(reference)s, %(regime)s, %(subject)s, %(subject_country)s, %(subject_kind)s,
     %(opened_on)s, %(grounds)s, %(jointly_with)s);

-- name: add_finding
UPDATE matters SET findings = findings + 1 WHERE case_id = %(case_id)s;

-- name: close
UPDATE matters SET closed_on = %(closed_on)s, outcome = %(outcome)s WHERE case_id = %(case_id)s;

-- name: reopen
UPDATE matters SET closed_on = NULL, outcome = NULL WHERE case_id = %(case_id)s;

-- name: set_hold
UPDATE matters SET on_hold = %(on_hold)s WHERE case_id = %(case_id)s;

-- name: correct_opening
-- What was not corrected is not given.
UPDATE matters SET
    opened_on = coalesce(%(opened_on)s::date, opened_on), grounds = coalesce(%(grounds)s::text[], grounds),
    jointly_with = coalesce(%(jointly_with)s::text[], jointly_with)
WHERE case_id = %(case_id)s;

-- name: correct_closing
UPDATE matters SET closed_on = %(closed_on)s WHERE case_id = %(case_id)s AND closed_on IS NOT NULL;
