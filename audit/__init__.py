"""For auditors: a case as it stood at any time, rebuilt from its events."""
