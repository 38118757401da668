"""Traces: off they cost nothing, on they lead to the stored event, and whatever the collector does is not noticed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from domain.mapper import CaseEventMapper, decode, digest_of, split_state
from foundation.errors import Misconfigured
from foundation.settings import Settings, load_settings
from foundation.tracing import continue_trace, current_traceparent, span, start_tracing, stop_tracing
from tests.collector import Collector, absent_collector, hanging_collector, running_collector
from tests.desk import Desk, investigated

PRIVATE = "Jane-Doe-of-12-Elm-Street"
TRACE = "0af7651916cd43dd8448eb211c80319c"
ELSEWHERE = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with running_collector() as collector:
        yield collector
        stop_tracing()


def trace_to(url: str, *, share: float = 1.0, patience: float = 5.0) -> None:
    start_tracing(Settings(traces_endpoint=url, traces_share=share), "test", patience=patience)


def stored(desk: Desk, name: str = "inv") -> list[bytes]:
    return [event.state for event in desk.app.events.recorder.select_events(desk.names[name])]


class TestWhileItIsOff:
    def test_nothing_of_opentelemetry_is_loaded_by_a_command(self) -> None:
        script = (
            "import sys, interfaces.cli.entry, interfaces.running_system, domain.running, foundation.process, workers.relay\n"
            "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
        )
        assert subprocess.run([sys.executable, "-c", script], check=False, timeout=120).returncode == 0

    def test_a_stored_event_tells_of_no_trace(self) -> None:
        assert all(b"traceparent" not in state for state in stored(investigated()))

    def test_an_event_that_was_stored_with_one_passes_it_on(self) -> None:
        assert continue_trace("publish", ELSEWHERE, {}).traceparent == ELSEWHERE


class TestAStoredEvent:
    def test_tells_the_trace_of_its_command(self, collector: Collector) -> None:
        trace_to(collector.url)
        desk = investigated()
        stop_tracing()
        opening, finding = collector.named("command investigation.open", "command investigation.record_finding")
        saves = {one.trace: one.span for one in collector.named("save")}
        told = [str(split_state(state)[0].traceparent)[:52] for state in stored(desk)]
        assert told == [f"00-{one.trace}-{saves[one.trace]}" for one in (opening, finding)]
        assert (opening.about["case_id"], opening.about["matter_id"]) == (str(desk.names["inv"]), str(desk.matter_id))
        assert opening.about["correlation_id"]

    def test_is_the_same_event_with_or_without_it_and_has_the_same_digest(self, collector: Collector) -> None:
        trace_to(collector.url)
        (state, *_) = stored(investigated())
        stop_tracing()
        envelope, payload = split_state(state)
        bare = envelope.model_copy(update={"traceparent": None})
        assert envelope.traceparent
        assert decode("investigation.opened", envelope, payload) == decode("investigation.opened", bare, payload)
        again = CaseEventMapper().to_stored_event(decode("investigation.opened", envelope, payload)).state
        assert b"traceparent" not in again
        assert digest_of(split_state(again)[1]) == digest_of(payload)

    def test_of_a_command_that_is_not_sampled_tells_none(self, collector: Collector) -> None:
        trace_to(collector.url, share=0.0)
        desk = investigated()
        stop_tracing()
        assert all(b"traceparent" not in state for state in stored(desk))
        assert collector.spans == []


class TestASpan:
    def test_that_fails_tells_the_class_of_the_error_and_not_its_words(self, collector: Collector) -> None:
        trace_to(collector.url)
        with pytest.raises(ValueError, match=PRIVATE), span("save", {}):
            raise ValueError(PRIVATE)
        stop_tracing()
        assert [(one.failed, one.about) for one in collector.spans] == [("ValueError", {"error": "ValueError"})]
        assert all(PRIVATE.encode() not in body for body in collector.bodies)

    def test_of_a_refused_command_tells_the_code_and_nothing_that_was_said(self, collector: Collector) -> None:
        desk = investigated()
        trace_to(collector.url)
        desk.refused("investigation.reopen", "inv", reason=PRIVATE, reopened_on="2020-07-09")
        desk.done("investigation.place_hold", "inv", reason=PRIVATE, placed_on="2020-07-09")
        stop_tracing()
        assert collector.named("command investigation.reopen")[0].about["refused"] == "wrong_state"
        assert collector.named("command investigation.place_hold")
        assert all(PRIVATE.encode() not in body for body in collector.bodies)

    def test_continues_the_trace_that_is_named(self, collector: Collector) -> None:
        trace_to(collector.url)
        continue_trace("publish", ELSEWHERE, {"version": 3}, begun_at=5).end()
        stop_tracing()
        (told,) = collector.spans
        assert (told.trace, told.parent, told.about, told.begun_at) == (TRACE, "b7ad6b7169203331", {"version": 3}, 5)

    def test_in_a_trace_of_its_own_refers_to_what_caused_it(self, collector: Collector) -> None:
        trace_to(collector.url)
        with span("fire", {}, caused_by=ELSEWHERE):
            assert TRACE not in str(current_traceparent())
        stop_tracing()
        assert collector.spans[0].links == (f"{TRACE}-b7ad6b7169203331",)

    @pytest.mark.parametrize("nonsense", ["", "00-0-0-01", "x", f"00-{'0' * 32}-{'0' * 16}-01"])
    def test_of_what_is_no_trace_begins_one_or_nothing(self, collector: Collector, nonsense: str) -> None:
        trace_to(collector.url)
        continue_trace("publish", nonsense, {}).end()
        with span("fire", {}, caused_by=nonsense):
            pass
        stop_tracing()
        assert [one.links for one in collector.named("fire")] == [()]


class TestACollectorThatIsNotThere:
    @pytest.mark.parametrize("collector", [hanging_collector, absent_collector])
    def test_is_not_noticed_by_the_work_and_holds_up_the_end_for_at_most_two_seconds(
        self, collector: Callable[[], AbstractContextManager[str]]
    ) -> None:
        with collector() as url:
            trace_to(url)
            began = time.monotonic()
            for _ in range(5_000):
                continue_trace("publish", ELSEWHERE, {}).end()
            worked = time.monotonic()
            stop_tracing()
            ended = time.monotonic()
        assert worked - began < 20
        assert ended - worked < 4


class TestTheSetting:
    @pytest.mark.parametrize(
        ("given", "taken"),
        [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("http://collector:4318/", "http://collector:4318/v1/traces"),
            ("https://collector/otlp/traces", "https://collector/otlp/traces"),
        ],
    )
    def test_names_a_collector(self, given: str, taken: str) -> None:
        assert Settings(traces_endpoint=given).traces_endpoint == taken

    @pytest.mark.parametrize("given", ["collector:4318", "ftp://collector", "http://", "http:// x"])
    def test_that_names_none_is_refused_with_what_to_write(self, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REGCASE_TRACES_ENDPOINT", given)
        with pytest.raises(Misconfigured, match=r"REGCASE_TRACES_ENDPOINT: .* write http://HOST:4318"):
            load_settings()

    def test_of_nothing_leaves_it_off(self) -> None:
        start_tracing(Settings(), "test")
        assert current_traceparent() is None
        with span("save", {}):
            assert current_traceparent() is None
