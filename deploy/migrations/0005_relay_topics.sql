-- Which topic the relay published to: Kafka's id of it, since one that is deleted and made anew has the same name.

CREATE TABLE relay_topics (
    topic text PRIMARY KEY,
    topic_id uuid NOT NULL,
    -- Up to this notification id events were published to an earlier topic of the name.
    refill_until bigint NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON relay_topics TO regcase_app;
-- What was noted of a topic says nothing about the one that took its place.
GRANT DELETE ON relay_offsets TO regcase_app;
