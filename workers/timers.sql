-- name: forget_old_claims
DELETE FROM timer_claims WHERE claimed_until < now() - interval '1 hour';

-- name: claim
-- Claims commit before anything is fired: no lock is held while a command runs. A claim that another worker made meanwhile
-- is seen by the upsert, so that a deadline has one claimant. Whoever comes again for the same one gets it for twice as long:
-- what cannot be fired, or is not yet known to have been, is not asked for without end.
--
-- Each part reads a range of an index that begins where the claimant got to and ends with what is due. The order of that
-- index is the order of the claims, so that nothing is sorted and nothing beyond the limit is read.
WITH of_the_system AS (
    SELECT case_id, case_type, matter_id, role, set_version, fires_at
    FROM read_deadlines.deadlines
    WHERE fires_at <= %(now)s AND (fires_at, case_id, role) > (%(after_at)s, %(after_case)s, %(after_role)s)
      AND NOT EXISTS (SELECT FROM matter_clocks WHERE matter_clocks.matter_id = deadlines.matter_id)
      AND NOT EXISTS (
          SELECT FROM timer_claims
          WHERE timer_claims.case_id = deadlines.case_id AND timer_claims.role = deadlines.role
            AND timer_claims.set_version = deadlines.set_version AND timer_claims.claimed_until > now())
    ORDER BY fires_at, case_id, role
    LIMIT %(limit)s
    FOR UPDATE OF deadlines SKIP LOCKED
), by_a_clock AS (
    -- Of matters that are being loaded, few, each by its own clock. A query that locks is not merged into the one around it,
    -- so this goes matter by matter, and never along all that waits, whatever the planner knows of the tables.
    SELECT case_id, case_type, matter_id, role, set_version, fires_at
    FROM matter_clocks CROSS JOIN LATERAL (
        SELECT case_id, case_type, role, set_version, fires_at
        FROM read_deadlines.deadlines
        WHERE deadlines.matter_id = matter_clocks.matter_id AND fires_at <= matter_clocks.now
          AND NOT EXISTS (
              SELECT FROM timer_claims
              WHERE timer_claims.case_id = deadlines.case_id AND timer_claims.role = deadlines.role
                AND timer_claims.set_version = deadlines.set_version AND timer_claims.claimed_until > now())
        FOR UPDATE OF deadlines SKIP LOCKED) AS waiting
    ORDER BY fires_at, case_id, role
    LIMIT %(limit)s
), due AS (
    SELECT *, true AS of_the_system FROM of_the_system UNION ALL SELECT *, false FROM by_a_clock
), claimed AS (
    INSERT INTO timer_claims (case_id, role, set_version, claimed_until)
    SELECT case_id, role, set_version, now() + make_interval(secs => %(claim_seconds)s) FROM due
    ON CONFLICT (case_id, role, set_version) DO UPDATE SET
        claimed_until = now() + make_interval(secs => least(%(claim_seconds)s * 2 ^ least(timer_claims.attempts, 20), %(longest_seconds)s)),
        attempts = timer_claims.attempts + 1
    WHERE timer_claims.claimed_until <= now()
    RETURNING case_id, role, set_version
)
SELECT due.case_id, due.case_type, due.matter_id, due.role, due.set_version, due.fires_at, due.of_the_system
FROM claimed JOIN due USING (case_id, role, set_version)
ORDER BY due.fires_at, due.case_id, due.role;

-- name: event
SELECT state FROM stored_events WHERE originator_id = %(case_id)s AND originator_version = %(version)s;

-- name: give_back
-- Not a failed attempt: whoever claims next has it for as long as if nobody had.
UPDATE timer_claims SET claimed_until = now(), attempts = attempts - 1
FROM unnest(%(case_ids)s::uuid[], %(roles)s::text[], %(set_versions)s::bigint[]) AS given (case_id, role, set_version)
WHERE timer_claims.case_id = given.case_id AND timer_claims.role = given.role AND timer_claims.set_version = given.set_version
  AND claimed_until > now();
