"""Metrics: what is gone is told no more, and names are as Prometheus has them."""

from __future__ import annotations

import time

import pytest
from prometheus_client.exposition import generate_latest

from foundation import metrics
from foundation.metrics import REGISTRY, Told

NO_LABEL = {"case", "case_id", "matter", "matter_id", "reference", "subject", "actor", "owner", "error", "reason", "event_type"}


@pytest.fixture
def told() -> Told:
    return Told("regcase_tried", "Of this test.", ("of",), lasts=60)


@pytest.fixture(autouse=True)
def _unregistered(told: Told) -> object:
    yield
    REGISTRY.unregister(told)


def value(of: str) -> float | None:
    return REGISTRY.get_sample_value("regcase_tried", {"of": of})


def test_before_it_is_told_a_gauge_has_no_value(told: Told) -> None:
    assert b"# TYPE regcase_tried gauge" in generate_latest(REGISTRY)
    assert value("a") is None


def test_a_gauge_is_told_as_a_whole_so_that_what_is_gone_is_told_no_more(told: Told) -> None:
    told.tell({("a",): 1, ("b",): 2})
    told.tell({("b",): 3})
    assert (value("a"), value("b")) == (None, 3)
    told.silence()
    assert value("b") is None


def test_what_was_told_too_long_ago_is_not_known_any_more(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    told.tell({("a",): 1})
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 59)
    assert value("a") == 1
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert value("a") is None


def test_no_label_holds_personal_data_or_a_case() -> None:
    labels = {label for metric in vars(metrics).values() if isinstance(metric, Told) for label in metric.labels}
    labels |= {label for metric in REGISTRY.collect() for sample in metric.samples for label in sample.labels}
    assert labels & NO_LABEL == set()


def test_every_name_begins_with_the_projects_and_ends_with_its_unit() -> None:
    names = {metric.name for metric in REGISTRY.collect() if not metric.name.startswith("process_")}
    assert names
    assert all(name.startswith("regcase_") for name in names)
    assert not {name for name in names if "millisecond" in name or name.endswith(("_ms", "_minutes"))}
