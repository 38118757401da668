-- name: stored
SELECT originator_id, originator_version, topic, state
FROM unnest(%(case_ids)s::uuid[], %(versions)s::bigint[]) AS claimed (originator_id, originator_version)
JOIN stored_events USING (originator_id, originator_version)
WHERE NOT starts_with(topic, '_');

-- name: reject
INSERT INTO rejected_messages (topic, partition, message_offset, message_digest, reason)
VALUES (%(topic)s, %(partition)s, %(message_offset)s, %(message_digest)s, %(reason)s)
ON CONFLICT DO NOTHING;
