-- name: tables
CREATE TABLE deadlines (
    case_id uuid NOT NULL,
    role text NOT NULL,
    matter_id uuid NOT NULL,
    case_type text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    rule text NOT NULL,
    rule_version integer NOT NULL,
    cites text[] NOT NULL,
    trigger_event text NOT NULL,
    trigger_date text NOT NULL,
    calendar text NOT NULL,
    calendar_version text NOT NULL,
    steps text[] NOT NULL,
    marks text[] NOT NULL,
    due date NOT NULL,
    due_at timestamptz NOT NULL,
    suspended_by uuid[] NOT NULL DEFAULT '{}',
    resumes jsonb NOT NULL DEFAULT '{}',     -- by what suspends it: the instant at which that ends by itself, where it does
    resumes_at timestamptz,
    started_version bigint NOT NULL,
    set_version bigint NOT NULL,
    met_on text,
    fired_at timestamptz,
    lapsed_because text,
    reason_owed boolean NOT NULL DEFAULT false,
    -- When something happens to it by itself: it passes or, standing still until a day, runs again.
    fires_at timestamptz GENERATED ALWAYS AS (
        CASE status WHEN 'running' THEN due_at WHEN 'suspended' THEN resumes_at END) STORED,
    PRIMARY KEY (case_id, role)
);
CREATE INDEX deadlines_matter ON deadlines (matter_id);
-- The timers look for what is due in this order; waiting deadlines cost them nothing.
CREATE INDEX deadlines_to_fire ON deadlines (fires_at, case_id, role) WHERE fires_at IS NOT NULL;

-- name: start
-- A role may start again on a case; the latest is meant, and nothing of the one before remains.
INSERT INTO deadlines
    (case_id, role, matter_id, case_type, kind, status, rule, rule_version, cites, trigger_event, trigger_date,
     calendar, calendar_version, steps, marks, due, due_at, started_version, set_version)
VALUES
    (%(case_id)s, %(role)s, %(matter_id)s, %(case_type)s, %(kind)s, 'running', %(rule)s, %(rule_version)s, %(cites)s,
     %(trigger_event)s, %(trigger_date)s, %(calendar)s, %(calendar_version)s, %(steps)s, %(marks)s, %(due)s, %(due_at)s,
     %(started_version)s, %(set_version)s)
ON CONFLICT (case_id, role) DO UPDATE SET
    kind = excluded.kind, status = 'running', rule = excluded.rule, rule_version = excluded.rule_version,
    cites = excluded.cites, trigger_event = excluded.trigger_event, trigger_date = excluded.trigger_date,
    calendar = excluded.calendar, calendar_version = excluded.calendar_version, steps = excluded.steps,
    marks = excluded.marks, due = excluded.due, due_at = excluded.due_at, suspended_by = '{}',
    resumes = '{}', resumes_at = NULL, started_version = excluded.started_version, set_version = excluded.set_version, met_on = NULL, fired_at = NULL,
    lapsed_because = NULL, reason_owed = false;

-- name: set
UPDATE deadlines SET
    kind = %(kind)s, rule = %(rule)s, rule_version = %(rule_version)s, cites = %(cites)s,
    trigger_event = %(trigger_event)s, trigger_date = %(trigger_date)s, calendar = %(calendar)s,
    calendar_version = %(calendar_version)s, steps = %(steps)s, marks = %(marks)s, due = %(due)s, due_at = %(due_at)s,
    set_version = %(set_version)s, met_on = NULL, fired_at = NULL, lapsed_because = NULL,
    status = CASE WHEN suspended_by = '{}' THEN 'running' ELSE 'suspended' END
WHERE case_id = %(case_id)s AND role = %(role)s;

-- name: suspend
UPDATE deadlines SET
    status = 'suspended', suspended_by = suspended_by || %(cause)s::uuid,
    resumes = jsonb_strip_nulls(resumes || jsonb_build_object(%(cause)s::text, %(until_at)s::text)),
    resumes_at = least(resumes_at, %(until_at)s::timestamptz), set_version = coalesce(%(set_version)s, set_version)
WHERE case_id = %(case_id)s AND role = %(role)s;

-- name: resume
UPDATE deadlines SET
    suspended_by = array_remove(suspended_by, %(cause)s), resumes = resumes - %(cause)s::text,
    resumes_at = (SELECT min(value::timestamptz) FROM jsonb_each_text(resumes - %(cause)s::text))
WHERE case_id = %(case_id)s AND role = %(role)s;

-- name: meet
UPDATE deadlines SET status = 'met', met_on = %(met_on)s, suspended_by = '{}', resumes = '{}', resumes_at = NULL,
    reason_owed = false
WHERE case_id = %(case_id)s AND role = %(role)s;

-- name: pass
UPDATE deadlines SET status = 'passed', fired_at = %(fired_at)s, reason_owed = %(reason_owed)s
WHERE case_id = %(case_id)s AND role = %(role)s;

-- name: lapse
UPDATE deadlines SET status = 'lapsed', lapsed_because = %(reason)s
WHERE case_id = %(case_id)s AND role = %(role)s;

-- name: justify
-- Reasons were given, or the deadline runs again.
UPDATE deadlines SET reason_owed = false WHERE case_id = %(case_id)s AND role = %(role)s;
