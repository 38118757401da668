-- The generation of a read model that was live is kept, with what was parked in it, until an operator drops it or goes back to it.

ALTER TABLE parked_cases
    DROP CONSTRAINT parked_cases_generation_check,
    -- `aside` only while two change places.
    ADD CONSTRAINT parked_cases_generation_check CHECK (generation IN ('live', 'next', 'old', 'check', 'aside'));

-- Comparisons build what the store says in tables of their session.
DO $$ BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO regcase_app', current_database());
END $$;
