-- name: tables
CREATE TABLE penalties (
    case_id uuid PRIMARY KEY,
    matter_id uuid NOT NULL,
    case_type text NOT NULL,
    reference text NOT NULL,
    regime text NOT NULL,
    subject text NOT NULL,
    currency char(3),
    decided_on date,                         -- of the penalty notice, or of the first liquidation
    intended numeric(20, 4),
    imposed numeric(20, 4),                  -- by the penalty notice as it was issued, or liquidated in all
    varied numeric(20, 4),                   -- by the authority, last
    amount numeric(20, 4),                   -- the sum that stands
    is_payable boolean NOT NULL DEFAULT false,
    received numeric(20, 4) NOT NULL DEFAULT 0,
    refunded numeric(20, 4) NOT NULL DEFAULT 0,
    in_recovery boolean NOT NULL DEFAULT false,
    main_appeals uuid[] NOT NULL DEFAULT '{}',
    other_appeals uuid[] NOT NULL DEFAULT '{}',
    reduction integer NOT NULL DEFAULT 0,    -- percent of the amount that is not payable, earned
    decimals integer NOT NULL DEFAULT 2,     -- of the currency: sums are in whole smallest units
    is_decided boolean NOT NULL DEFAULT false, -- until then nothing is owed back
    payable numeric(20, 4) GENERATED ALWAYS AS (
        CASE WHEN is_payable THEN round(amount * (100 - reduction) / 100, decimals) ELSE amount * 0 END) STORED,
    paid numeric(20, 4) NOT NULL GENERATED ALWAYS AS (received - refunded) STORED,
    outstanding numeric(20, 4) GENERATED ALWAYS AS (greatest(0,
        CASE WHEN is_payable THEN round(amount * (100 - reduction) / 100, decimals) ELSE amount * 0 END
        - received + refunded)) STORED,
    refund_due numeric(20, 4) GENERATED ALWAYS AS (CASE WHEN is_decided THEN greatest(0, received - refunded
        - CASE WHEN is_payable THEN round(amount * (100 - reduction) / 100, decimals) ELSE amount * 0 END)
        ELSE amount * 0 END) STORED,
    under_appeal boolean NOT NULL GENERATED ALWAYS AS (cardinality(main_appeals) > 0) STORED,
    is_settled boolean NOT NULL GENERATED ALWAYS AS (
        case_type = 'fine' AND is_payable AND round(amount * (100 - reduction) / 100, decimals) > 0
        AND round(amount * (100 - reduction) / 100, decimals) = received - refunded
        AND cardinality(main_appeals) + cardinality(other_appeals) = 0) STORED
);
CREATE INDEX penalties_matter ON penalties (matter_id);
CREATE TABLE liquidations (
    case_id uuid NOT NULL,
    version bigint NOT NULL,
    currency char(3) NOT NULL,
    decided_on date NOT NULL,
    amount numeric(20, 4) NOT NULL,
    PRIMARY KEY (case_id, version)
);
-- A penalty counts in the year in which it was decided; what was liquidated, in the year of that decision, and what came in
-- for it or is owed, in the year of the case's first.
CREATE VIEW penalties_by_year AS
WITH decided AS (
    SELECT case_id, case_type, regime, currency, extract(year FROM decided_on)::int AS year,
           imposed, coalesce(payable, 0) AS payable, paid, outstanding, refund_due
    FROM penalties WHERE case_type = 'fine' AND decided_on IS NOT NULL
    UNION ALL
    SELECT case_id, 'non_compliance', regime, liquidations.currency, extract(year FROM liquidations.decided_on)::int,
           liquidations.amount, CASE WHEN is_payable THEN liquidations.amount ELSE 0 END, 0, 0, 0
    FROM liquidations JOIN penalties USING (case_id)
    UNION ALL
    SELECT case_id, case_type, regime, currency, extract(year FROM decided_on)::int, 0, 0, paid, outstanding, refund_due
    FROM penalties WHERE case_type = 'non_compliance' AND decided_on IS NOT NULL
)
SELECT regime, currency, year, case_type, count(DISTINCT case_id) AS cases, sum(imposed) AS imposed,
       sum(payable) AS payable, sum(paid) AS paid, sum(outstanding) AS outstanding, sum(refund_due) AS refund_due
FROM decided GROUP BY regime, currency, year, case_type;

-- name: open
INSERT INTO penalties (case_id, matter_id, case_type, reference, regime, subject)
VALUES (%(case_id)s, %(matter_id)s, %(case_type)s, %(reference)s, %(regime)s, %(subject)s);

-- name: intend
UPDATE penalties SET
    intended = %(intended)s, amount = %(intended)s, currency = %(currency)s, decimals = %(decimals)s
WHERE case_id = %(case_id)s;

-- name: impose
UPDATE penalties SET
    imposed = %(imposed)s, amount = %(imposed)s, currency = %(currency)s, decimals = %(decimals)s, decided_on = %(decided_on)s,
    is_payable = true, is_decided = true
WHERE case_id = %(case_id)s;

-- name: vary
UPDATE penalties SET varied = %(varied)s, amount = %(varied)s, is_payable = true WHERE case_id = %(case_id)s;

-- name: substitute
UPDATE penalties SET amount = %(amount)s, is_payable = true WHERE case_id = %(case_id)s;

-- name: void
UPDATE penalties SET is_payable = false, is_decided = true WHERE case_id = %(case_id)s;

-- name: restore
UPDATE penalties SET is_payable = true, amount = coalesce(%(amount)s, amount) WHERE case_id = %(case_id)s;

-- name: liquidate
INSERT INTO liquidations (case_id, version, currency, decided_on, amount)
VALUES (%(case_id)s, %(version)s, %(currency)s, %(decided_on)s, %(amount)s);

-- name: add_liquidation
UPDATE penalties SET
    imposed = coalesce(imposed, 0) + %(amount)s, amount = coalesce(amount, 0) + %(amount)s, is_payable = true,
    is_decided = true, currency = %(currency)s, decimals = %(decimals)s, decided_on = coalesce(decided_on, %(decided_on)s)
WHERE case_id = %(case_id)s;

-- name: reduce
UPDATE penalties SET reduction = reduction + %(percent)s WHERE case_id = %(case_id)s;

-- name: forfeit_reductions
UPDATE penalties SET reduction = 0 WHERE case_id = %(case_id)s;

-- name: receive
UPDATE penalties SET received = received + %(amount)s WHERE case_id = %(case_id)s;

-- name: refund
UPDATE penalties SET refunded = refunded + %(amount)s WHERE case_id = %(case_id)s;

-- name: set_recovery
UPDATE penalties SET in_recovery = %(in_recovery)s WHERE case_id = %(case_id)s;

-- name: appeal
UPDATE penalties SET
    main_appeals = CASE WHEN %(main)s THEN main_appeals || %(appeal)s::uuid ELSE main_appeals END,
    other_appeals = CASE WHEN %(main)s THEN other_appeals ELSE other_appeals || %(appeal)s::uuid END
WHERE case_id = %(case_id)s;

-- name: end_appeal
UPDATE penalties SET
    main_appeals = array_remove(main_appeals, %(appeal)s), other_appeals = array_remove(other_appeals, %(appeal)s)
WHERE case_id = %(case_id)s;

-- name: correct_decision
UPDATE penalties SET decided_on = %(decided_on)s WHERE case_id = %(case_id)s;
