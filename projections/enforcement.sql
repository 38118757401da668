-- name: links
SELECT siblings.matter_id, matters.reference AS said_by, siblings.authority, siblings.jurisdiction, siblings.reference,
       siblings.relation, siblings.sibling,
       (SELECT min(stale_since) FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = ANY(%(reads)s)
          AND parked.case_id = siblings.case_id) AS stale_since
FROM read_siblings.siblings JOIN read_matters.matters USING (matter_id)
ORDER BY matters.opened_on, matters.reference, siblings.version;

-- name: matters
SELECT matter_id, reference, subject, regime AS regime_id,
       (SELECT min(stale_since) FROM public.parked_cases AS parked
        WHERE parked.generation = 'live' AND parked.read_model = ANY(%(reads)s)
          AND parked.matter_id = matters.matter_id) AS stale_since
FROM read_matters.matters
WHERE matter_id = ANY(%(matters)s) ORDER BY opened_on, reference;
