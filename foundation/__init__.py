"""Settings, logs, database pools, and the base of errors. Imports nothing of ours."""
