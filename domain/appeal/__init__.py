"""The appeal: from the first court to the last."""
