"""Property-based tests: a slow machine is no fault of the rules, and the same run tries the same cases."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("regcase", deadline=None, derandomize=True)
settings.load_profile("regcase")
