"""The investigation: a matter begins with it."""
