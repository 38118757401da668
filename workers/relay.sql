-- name: window
SELECT notification_id, topic, state FROM stored_events
WHERE notification_id > %(after)s ORDER BY notification_id LIMIT %(limit)s;

-- name: save_offset
INSERT INTO relay_offsets (topic, partition, next_offset) VALUES (%(topic)s, %(partition)s, %(next_offset)s)
-- Never backwards: where a broker only says that it has a batch already, it does not say where, and the offset is not known.
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
WHERE relay_offsets.next_offset < excluded.next_offset;

-- name: listen
-- The event sourcing library notifies this channel whenever it stores events.
LISTEN stored_events;
