-- name: matters
SELECT matters.matter_id, matters.reference, matters.subject, matters.subject_country, matters.regime, matters.opened_on,
       matters.closed_on, matters.findings, matters.on_hold,
       coalesce(counted.cases, 0) AS cases, coalesce(counted.open_cases, 0) AS open_cases,
       coalesce(counted.opened_by_timers, 0) AS opened_by_timers,
       money.currency, money.payable, money.outstanding, following.role AS next_role, following.due AS next_due,
       (SELECT min(stale_since) FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = ANY(%(reads)s)
          AND parked.matter_id = matters.matter_id) AS stale_since
FROM read_matters.matters
LEFT JOIN LATERAL (
    SELECT count(*) AS cases,
           count(*) FILTER (WHERE opened_by_system) AS opened_by_timers,
           count(*) FILTER (WHERE
               (state = ANY(%(open_states)s) AND NOT (state = 'issued' AND coalesce(is_settled, false)))
               OR (state = 'set_aside' AND cardinality(cases.main_appeals) + cardinality(cases.other_appeals) > 0)
           ) AS open_cases
    FROM read_cases.cases LEFT JOIN read_penalties.penalties USING (case_id)
    WHERE cases.matter_id = matters.matter_id
) AS counted ON true
LEFT JOIN LATERAL (
    -- One currency per matter: the regime's.
    SELECT min(currency) AS currency, sum(payable) AS payable, sum(outstanding) AS outstanding
    FROM read_penalties.penalties WHERE penalties.matter_id = matters.matter_id AND amount IS NOT NULL
) AS money ON true
LEFT JOIN LATERAL (
    SELECT role, due FROM read_deadlines.deadlines
    WHERE deadlines.matter_id = matters.matter_id AND status = 'running' ORDER BY due_at, role LIMIT 1
) AS following ON true
ORDER BY matters.opened_on DESC, matters.reference;

-- name: cases
SELECT cases.case_id, cases.matter_id, cases.case_type, cases.reference, cases.subject, cases.regime,
       CASE WHEN cases.state = 'issued' AND penalties.is_settled THEN 'settled' ELSE cases.state END AS state,
       cases.tier, cases.officer, cases.under_appeal,
       CASE WHEN cases.case_type IN ('fine', 'enforcement_notice') THEN
           coalesce(NOT cases.under_appeal AND period.status <> 'running'
                    AND (cases.main_appeal_ended OR period.status = 'passed'), false)
       END AS final,
       cases.in_recovery, cases.on_hold, cases.opened_by_system,
       coalesce(owed.reasons, 0) AS reasons_owed,
       penalties.currency, penalties.amount, penalties.payable,
       CASE WHEN penalties.amount IS NOT NULL THEN penalties.paid END AS paid,
       penalties.outstanding, penalties.refund_due, following.role AS next_role, following.due AS next_due, cases.version,
       (SELECT min(stale_since) FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = ANY(%(reads)s)
          AND parked.case_id = cases.case_id) AS stale_since
FROM read_cases.cases
LEFT JOIN read_penalties.penalties USING (case_id)
LEFT JOIN read_deadlines.deadlines AS period ON period.case_id = cases.case_id AND period.role = 'appeal'
LEFT JOIN LATERAL (
    SELECT count(*) AS reasons FROM read_deadlines.deadlines WHERE deadlines.case_id = cases.case_id AND reason_owed
) AS owed ON true
LEFT JOIN LATERAL (
    SELECT role, due FROM read_deadlines.deadlines
    WHERE deadlines.case_id = cases.case_id AND status = 'running' ORDER BY due_at, role LIMIT 1
) AS following ON true
WHERE %(matter_id)s::uuid IS NULL OR cases.matter_id = %(matter_id)s
ORDER BY cases.first_recorded, cases.reference;

-- name: timeline
SELECT timeline.matter_id, timeline.case_id, coalesce(cases.reference, '') AS reference, timeline.version,
       timeline.case_type, timeline.event_type, timeline.law_date, timeline.recorded, timeline.words, timeline.actor,
       timeline.role,
       (SELECT min(stale_since) FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = ANY(%(reads)s)
          AND parked.case_id = timeline.case_id) AS stale_since
FROM read_timeline.timeline
LEFT JOIN read_cases.cases USING (case_id)
WHERE (%(matter_id)s::uuid IS NULL OR timeline.matter_id = %(matter_id)s)
  AND (%(case_id)s::uuid IS NULL OR timeline.case_id = %(case_id)s)
-- Of what was saved together, the case that the command was about comes first.
ORDER BY timeline.recorded, timeline.stored_at, timeline.case_type <> split_part(timeline.command, '.', 1),
         cases.first_recorded, timeline.case_id, timeline.version;

-- name: deadlines
SELECT deadlines.case_id, deadlines.matter_id, coalesce(cases.reference, '') AS reference, deadlines.case_type,
       deadlines.role, kind, status, due, due_at, rule, rule_version, cites, trigger_event, trigger_date, calendar,
       calendar_version, steps, marks, met_on, fired_at, lapsed_because, reason_owed,
       (SELECT min(stale_since) FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = ANY(%(reads)s)
          AND parked.case_id = deadlines.case_id) AS stale_since
FROM read_deadlines.deadlines
LEFT JOIN read_cases.cases USING (case_id)
WHERE (%(matter_id)s::uuid IS NULL OR deadlines.matter_id = %(matter_id)s)
  AND (%(case_id)s::uuid IS NULL OR deadlines.case_id = %(case_id)s)
  AND (%(due_before)s::date IS NULL OR (due < %(due_before)s AND status IN ('running', 'suspended')))
ORDER BY due_at, reference, deadlines.role;

-- name: penalties
SELECT case_id, matter_id, case_type, reference, subject, regime, currency, decided_on, intended, imposed, varied, amount,
       payable, paid, outstanding, refund_due, under_appeal, in_recovery, reduction,
       (SELECT min(stale_since) FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = ANY(%(reads)s)
          AND parked.case_id = penalties.case_id) AS stale_since
FROM read_penalties.penalties
WHERE amount IS NOT NULL AND (%(matter_id)s::uuid IS NULL OR matter_id = %(matter_id)s)
ORDER BY decided_on NULLS LAST, reference;

-- name: penalties_by_year
SELECT regime, year, currency, case_type, cases, imposed, payable, paid, outstanding, refund_due,
       -- Whichever year it belongs to: that may be what is missing.
       (SELECT min(stale_since) FROM public.parked_cases AS parked LEFT JOIN read_penalties.penalties USING (case_id)
        WHERE parked.generation = 'live' AND parked.read_model = ANY(%(reads)s)
          AND coalesce(penalties.regime, penalties_by_year.regime) = penalties_by_year.regime) AS stale_since
FROM read_penalties.penalties_by_year ORDER BY year, regime, currency, case_type;

-- name: references
SELECT case_id, reference FROM read_cases.cases WHERE case_id = ANY(%(case_ids)s) AND reference IS NOT NULL;

-- name: find_case
SELECT case_id FROM read_cases.cases
WHERE reference = %(text)s OR (length(%(id_prefix)s) >= %(least)s AND starts_with(case_id::text, %(id_prefix)s))
UNION
-- The docket does not know a case that waits at its first event.
SELECT case_id FROM public.parked_cases
WHERE generation = 'live' AND length(%(id_prefix)s) >= %(least)s AND starts_with(case_id::text, %(id_prefix)s)
LIMIT 6;

-- name: find_matter
SELECT DISTINCT matter_id FROM read_cases.cases
WHERE reference = %(text)s
   OR (length(%(id_prefix)s) >= %(least)s AND (starts_with(matter_id::text, %(id_prefix)s) OR starts_with(case_id::text, %(id_prefix)s)))
LIMIT 6;

-- name: unnamed
SELECT count(*) FROM public.parked_cases LEFT JOIN read_cases.cases USING (case_id)
WHERE generation = 'live' AND read_model = 'cases' AND cases.case_id IS NULL;
