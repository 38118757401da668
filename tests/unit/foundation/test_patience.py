"""Pauses grow, are shaken, and end where their number is bounded."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.patience import Patience


def test_without_jitter_each_pause_is_twice_the_one_before_up_to_the_longest() -> None:
    patience = Patience(first=0.5, longest=3.0, chance=lambda: 1.0)
    assert list(islice(patience.pauses(), 5)) == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_jitter_takes_up_to_half_of_a_pause_away() -> None:
    assert list(islice(Patience(first=1.0, chance=lambda: 0.0).pauses(), 3)) == [0.5, 1.0, 2.0]


def test_two_who_failed_together_do_not_come_back_together() -> None:
    one, other = (list(islice(Patience().pauses(), 8)) for _ in range(2))
    assert one != other


@given(st.lists(st.floats(0, 0.999), min_size=8, max_size=8))
def test_pauses_never_shrink_before_they_are_at_their_longest(chances: list[float]) -> None:
    dice = iter(chances)
    pauses = list(islice(Patience(first=0.1, longest=1_000, chance=lambda: next(dice)).pauses(), 8))
    assert pauses == sorted(pauses)


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_there_is_one_pause_less_than_attempts(attempts: int) -> None:
    pauses = list(Patience(attempts=attempts).bounded_pauses())
    assert len(pauses) == attempts
    assert pauses[-1] is None
    assert None not in pauses[:-1]
