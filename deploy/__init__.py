"""The local stack, and the database migrations."""
