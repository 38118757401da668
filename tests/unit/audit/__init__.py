"""Tests of what auditors use."""
