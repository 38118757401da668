"""Read models: pure functions from an event to row changes, their SQL, and the engine that applies them once."""
