from __future__ import annotations

import time
from itertools import count

from deploy.local.waiting import wait_until


def test_waiting_ends_when_the_condition_holds() -> None:
    answers = count()

    assert wait_until(lambda: next(answers) >= 3, seconds=60, every=0.001)
    assert next(answers) == 4


def test_waiting_ends_at_its_limit_with_the_last_answer() -> None:
    began = time.monotonic()

    assert wait_until(lambda: 0, seconds=0.1, every=0.01) == 0
    assert 0.1 <= time.monotonic() - began < 5


def test_the_condition_is_asked_once_even_without_time() -> None:
    assert wait_until(lambda: "ready", seconds=0) == "ready"
