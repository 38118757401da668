-- name: place
SELECT notification_id FROM public.follower_places WHERE follower = %(follower)s;

-- name: save_place
INSERT INTO public.follower_places (follower, notification_id) VALUES (%(follower)s, %(notification_id)s)
ON CONFLICT (follower) DO UPDATE SET notification_id = excluded.notification_id, saved_at = now()
WHERE follower_places.notification_id < excluded.notification_id;

-- name: begin_anew
UPDATE public.follower_places SET notification_id = 0, saved_at = now() WHERE follower = %(follower)s;
