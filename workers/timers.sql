-- name: forget_old_claims
DELETE FROM timer_claims WHERE claimed_until < now() - interval '1 hour';

-- name: claim
-- Claims commit before anything is fired: no lock is held while a command runs. A claim that another worker made meanwhile
-- is seen by the upsert, so that a deadline has one claimant.
WITH due AS (
    SELECT deadlines.case_id, case_type, deadlines.matter_id, role, set_version, fires_at
    FROM read_deadlines.deadlines
    LEFT JOIN matter_clocks USING (matter_id)
    WHERE fires_at <= coalesce(matter_clocks.now, %(now)s)
      AND NOT EXISTS (
          SELECT FROM timer_claims
          WHERE timer_claims.case_id = deadlines.case_id AND timer_claims.role = deadlines.role
            AND timer_claims.set_version = deadlines.set_version AND timer_claims.claimed_until > now())
    ORDER BY fires_at, deadlines.case_id, role
    LIMIT %(limit)s
    FOR UPDATE OF deadlines SKIP LOCKED
), claimed AS (
    INSERT INTO timer_claims (case_id, role, set_version, claimed_until)
    SELECT case_id, role, set_version, now() + make_interval(secs => %(claim_seconds)s) FROM due
    ON CONFLICT (case_id, role, set_version) DO UPDATE SET
        claimed_until = excluded.claimed_until, attempts = timer_claims.attempts + 1
    WHERE timer_claims.claimed_until <= now()
    RETURNING case_id, role, set_version
)
SELECT due.case_id, due.case_type, due.matter_id, due.role, due.set_version
FROM claimed JOIN due USING (case_id, role, set_version)
ORDER BY due.fires_at, due.case_id, due.role;

-- name: event
SELECT state FROM stored_events WHERE originator_id = %(case_id)s AND originator_version = %(version)s;
