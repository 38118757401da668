-- name: noted
SELECT topic_id, refill_until FROM relay_topics WHERE topic = %(topic)s;

-- name: note
INSERT INTO relay_topics (topic, topic_id, refill_until) VALUES (%(topic)s, %(topic_id)s, %(refill_until)s)
ON CONFLICT (topic) DO UPDATE SET topic_id = excluded.topic_id, refill_until = excluded.refill_until, noted_at = now();

-- name: offsets
SELECT partition, next_offset FROM relay_offsets WHERE topic = %(topic)s;

-- name: forget_offsets
DELETE FROM relay_offsets WHERE topic = %(topic)s;
