-- name: tables
CREATE TABLE siblings (
    case_id uuid NOT NULL,
    version bigint NOT NULL,
    matter_id uuid NOT NULL,
    authority text NOT NULL,
    jurisdiction text NOT NULL,
    reference text NOT NULL,
    relation text NOT NULL,
    -- The other matter; nothing where the system is not told of one. It need not be in the system.
    sibling uuid,
    PRIMARY KEY (case_id, version)
);

-- name: link
INSERT INTO siblings (case_id, version, matter_id, authority, jurisdiction, reference, relation, sibling)
VALUES
    (%(case_id)s, %(version)s, %(matter_id)s, %(authority)s, %(jurisdiction)s, %(reference)s, %(relation)s, %(sibling)s);

-- name: correct
-- What was not corrected is not given.
UPDATE siblings SET
    authority = coalesce(%(authority)s, authority), jurisdiction = coalesce(%(jurisdiction)s, jurisdiction),
    reference = coalesce(%(reference)s, reference), relation = coalesce(%(relation)s, relation)
WHERE case_id = %(case_id)s AND version = %(version)s;
