-- name: applied
SELECT count(*) FROM public.schema_migrations;
