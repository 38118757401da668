"""Tests of the ways in that need a real Postgres."""
