"""What is at the base of all, on a real database."""
