"""Non-compliance: a duty that was not done."""
