"""The processes: the relay, the Faust worker with its read models and timers, the reconciler."""
