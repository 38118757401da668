-- A process waits at its start until every migration that it needs was applied, so it must see which were.

GRANT SELECT ON schema_migrations TO regcase_app;
