"""The tests, split by what they need: nothing, real services, the whole system."""
