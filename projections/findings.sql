-- name: found
INSERT INTO public.reconcile_findings (place, case_range, kind, cases, events, example, healed)
VALUES (%(place)s, %(case_range)s, %(kind)s, %(cases)s, %(events)s, %(example)s, %(healed)s)
ON CONFLICT (place, case_range, kind) WHERE ended_at IS NULL DO UPDATE SET
    cases = excluded.cases, events = excluded.events, example = excluded.example, last_found_at = now();

-- name: healed
-- One that stood open and is healed by now ends; otherwise it is news, and over.
WITH ended AS (
    UPDATE public.reconcile_findings SET healed = %(healed)s, last_found_at = now(), ended_at = now()
    WHERE place = %(place)s AND case_range = %(case_range)s AND kind = %(kind)s AND ended_at IS NULL
    RETURNING 1
)
INSERT INTO public.reconcile_findings (place, case_range, kind, cases, events, example, healed, ended_at)
SELECT %(place)s, %(case_range)s, %(kind)s, %(cases)s, %(events)s, %(example)s, %(healed)s, now()
WHERE NOT EXISTS (SELECT FROM ended);

-- name: end_in_range
UPDATE public.reconcile_findings SET ended_at = now()
WHERE place = %(place)s AND kind = ANY(%(kinds)s) AND case_range = %(case_range)s AND ended_at IS NULL;

-- name: end_older
UPDATE public.reconcile_findings SET ended_at = now()
WHERE place = %(place)s AND kind = ANY(%(kinds)s) AND ended_at IS NULL
  AND (%(moment)s::timestamptz IS NULL OR last_found_at < %(moment)s);

-- name: open
SELECT place, case_range, kind, cases, events, example, healed, found_at, last_found_at, ended_at
FROM public.reconcile_findings WHERE ended_at IS NULL ORDER BY found_at, finding_id;

-- name: since
SELECT place, case_range, kind, cases, events, example, healed, found_at, last_found_at, ended_at
FROM public.reconcile_findings WHERE last_found_at >= %(moment)s ORDER BY found_at, finding_id;

-- name: sweeps
SELECT sweep, begun_at, looked_at, ended_at, took FROM public.reconcile_sweeps ORDER BY sweep;
