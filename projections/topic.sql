-- name: published
-- As of one moment: up to where the relay has published, where in each partition that ended, and what an earlier topic had.
SELECT coalesce((SELECT notification_id FROM public.follower_places WHERE follower = %(follower)s), 0),
       coalesce((SELECT jsonb_object_agg(partition, next_offset) FROM public.relay_offsets WHERE topic = %(topic)s), '{}'),
       coalesce((SELECT refill_until FROM public.relay_topics WHERE topic = %(topic)s), 0),
       (SELECT topic_id::text FROM public.relay_topics WHERE topic = %(topic)s);

-- name: wait_for_brokers
-- Of several one may hang, and the others are asked after ten seconds. Nothing is locked meanwhile.
SET LOCAL idle_in_transaction_session_timeout = '60s';

-- name: found_table
CREATE TEMPORARY TABLE found (case_id uuid NOT NULL, version bigint NOT NULL, digest text NOT NULL) ON COMMIT DROP;

-- name: copy_found
COPY pg_temp.found (case_id, version, digest) FROM STDIN;

-- name: count
SELECT (SELECT count(*) FROM public.stored_events
        WHERE notification_id > %(after)s AND notification_id <= %(up_to)s AND NOT starts_with(topic, '_')),
       (SELECT count(*) - count(DISTINCT (case_id, version)) FROM pg_temp.found),
       (SELECT count(*) FROM pg_temp.found
        WHERE NOT EXISTS (SELECT FROM public.stored_events WHERE originator_id = case_id AND originator_version = version));

-- name: notification_id
SELECT notification_id FROM public.stored_events WHERE originator_id = %(case_id)s AND originator_version = %(version)s;

-- name: missing
-- No message of it, or none with the payload that is stored.
SELECT notification_id, originator_id, state,
       EXISTS (SELECT FROM pg_temp.found WHERE case_id = originator_id AND version = originator_version) AS is_there
FROM public.stored_events
WHERE notification_id > %(after)s AND notification_id <= %(up_to)s AND NOT starts_with(topic, '_')
  AND NOT EXISTS (
      SELECT FROM pg_temp.found
      WHERE case_id = originator_id AND version = originator_version
        AND digest = encode(sha256(substring(state FROM position('\x0a'::bytea IN state) + 1)), 'hex'))
ORDER BY notification_id;
