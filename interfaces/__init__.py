"""Ways in: the command line and case scripts."""
