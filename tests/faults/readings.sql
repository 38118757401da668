-- name: stored
SELECT originator_id, originator_version, topic, state FROM stored_events
WHERE NOT starts_with(topic, '_') ORDER BY notification_id;

-- name: parked
SELECT read_model, case_id, error FROM parked_cases WHERE generation = 'live' ORDER BY 1, 2;

-- name: rejected
SELECT DISTINCT partition, message_offset FROM rejected_messages WHERE topic = %(topic)s;

-- name: due
-- By the clock that holds for the matter; on wall time a few seconds are left to the timers.
SELECT case_id, role, fires_at FROM read_deadlines.deadlines LEFT JOIN matter_clocks USING (matter_id)
WHERE fires_at <= coalesce(matter_clocks.now, now() - interval '5 seconds') ORDER BY fires_at LIMIT 1000;

-- name: unpublished
SELECT count(*) FROM stored_events
WHERE NOT starts_with(topic, '_')
  AND notification_id > coalesce((SELECT notification_id FROM follower_places WHERE follower = %(follower)s), 0);

-- name: behind
SELECT count(*) FROM (
    SELECT originator_id, max(originator_version) AS version FROM stored_events
    WHERE NOT starts_with(topic, '_') GROUP BY originator_id) AS stored
LEFT JOIN {positions} AS positions ON positions.case_id = stored.originator_id
WHERE coalesce(positions.version, 0) < stored.version;
