"""The read models: each is one `.py` and one `.sql` of the same name, found by scanning this folder."""
