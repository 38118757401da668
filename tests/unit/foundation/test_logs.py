"""What comes into a log, from whomever: one JSON object a line, and nobody's data."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import version
from io import StringIO
from typing import Any

import psycopg
import pytest
import structlog
from aiokafka.structs import TopicPartition
from kafka.errors import NodeNotReadyError
from pydantic import BaseModel, ValidationError

from domain.mapper import UnreadableEvent
from foundation.library_logs import OncePerTime
from foundation.logs import configure_logs
from tests.desk import OFFICER, investigated

PRIVATE = "Jane-Doe-of-12-Elm-Street"
_log = structlog.get_logger("workers.test")


class Lines:
    """What was logged."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def one(self) -> dict[str, Any]:
        (line,) = self.all()
        return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    lines = Lines()
    configure_logs("DEBUG", process="test", stream=lines.stream)
    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def while_handling(error: Exception, act: Callable[[], None]) -> None:
    try:
        raise error
    except type(error):
        act()


class Named(BaseModel):
    name: int


def pydantics() -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        Named.model_validate({"name": PRIVATE})
    return refused.value


ERRORS: list[Exception] = [
    psycopg.errors.UniqueViolation(f'duplicate key\nDETAIL:  Key (name)=("{PRIVATE}") already exists.'),
    psycopg.errors.CheckViolation(f"new row\nDETAIL:  Failing row contains ({PRIVATE})."),
    psycopg.errors.InvalidTextRepresentation(f'invalid input syntax for type uuid: "{PRIVATE}"'),
    psycopg.DataError(f"cannot dump {PRIVATE}"),
    pydantics(),
    ValueError(PRIVATE),
    KeyError(PRIVATE),
    UnicodeDecodeError("utf-8", PRIVATE.encode(), 0, 1, PRIVATE),
]


class TestALineOfOurs:
    def test_is_one_json_object_with_event_level_time_and_process(self, lines: Lines) -> None:
        _log.info("case_parked", case_id="c", reason="two\nlines")
        line = lines.one()
        assert (line["event"], line["level"], line["process"], line["reason"]) == ("case_parked", "info", "test", "two\nlines")
        assert line["timestamp"].endswith("Z")

    def test_carries_the_process_also_from_a_thread_that_a_library_started(self, lines: Lines) -> None:
        thread = threading.Thread(target=lambda: logging.getLogger("kafka.client").error("lost"))
        thread.start()
        thread.join()
        assert lines.one()["process"] == "test"

    @pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
    def test_tells_of_an_error_its_class_and_not_its_words(self, lines: Lines, error: Exception) -> None:
        _log.error("failed", error=error)
        while_handling(error, lambda: _log.error("failed", exc_info=True))
        assert PRIVATE not in lines.text
        assert {line["error"] for line in lines.all()} == {type(error).__name__}
        assert any(frame.startswith("tests/unit/foundation/test_logs.py:") for frame in lines.all()[1]["frames"])

    def test_tells_the_sqlstate(self, lines: Lines) -> None:
        _log.error("failed", error=psycopg.errors.CheckViolation(PRIVATE))
        assert lines.one()["sqlstate"] == "23514"

    def test_tells_why_where_the_words_are_ours_or_of_a_lost_connection(self, lines: Lines) -> None:
        _log.error("failed", error=UnreadableEvent("event 1/2 is unknown. Upgrade."))
        _log.error("failed", error=psycopg.OperationalError("connection refused\nIs the server running?"))
        _log.error("failed", error=ConnectionRefusedError(111, "Connection refused"))
        reasons = [line["reason"] for line in lines.all()]
        assert reasons == ["event 1/2 is unknown. Upgrade.", "connection refused", "Connection refused"]

    def test_tells_what_caused_an_error_without_its_words_either(self, lines: Lines) -> None:
        error = UnreadableEvent("it cannot be read")
        error.__cause__ = ValueError(PRIVATE)
        _log.error("failed", exc_info=error)
        line = lines.one()
        assert (line["error"], line["reason"], line["caused_by"][0]["error"]) == (
            "UnreadableEvent",
            "it cannot be read",
            "ValueError",
        )
        assert PRIVATE not in lines.text

    def test_tells_of_an_object_its_class_only(self, lines: Lines) -> None:
        desk = investigated(name=PRIVATE)
        _log.info("odd", event_itself=desk.app.events_of(desk.names["inv"])[0], nested={"events": desk.histories()})
        line = next(line for line in lines.all() if line["event"] == "odd")
        assert line["event_itself"] == "<InvestigationOpened>"
        assert PRIVATE not in lines.text

    def test_about_a_command_carries_case_matter_and_correlation(self, lines: Lines) -> None:
        desk = investigated()
        desk.done("investigation.place_hold", "inv", by=OFFICER, reason=PRIVATE, placed_on="2020-07-09", key="request-1")
        desk.do("investigation.close", "inv", outcome=PRIVATE, reasons=PRIVATE, closed_on="2020-07-09", key="request-2")
        done, refused = lines.all()[-2:]
        assert (done["event"], done["correlation_id"]) == ("command_done", "request-1")
        assert (refused["event"], refused["correlation_id"], refused["code"]) == ("command_refused", "request-2", "on_hold")
        for line in (done, refused):
            assert (line["case_id"], line["matter_id"]) == (str(desk.names["inv"]), str(desk.matter_id))
        assert PRIVATE not in lines.text


class TestALineOfALibrary:
    @pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
    def test_has_no_words_of_an_error_however_it_is_written(self, lines: Lines, error: Exception) -> None:
        logger = logging.getLogger("faust.app")

        def as_libraries_do() -> None:
            logger.error("Crashed reason=%r", error, exc_info=True)  # noqa: LOG014 - it is called in one
            logger.error(f"it failed: {error}")  # noqa: G004 - as libraries do
            logger.error("it failed: %s", str(error))
            logger.error("%s", repr(error))

        while_handling(error, as_libraries_do)
        assert PRIVATE not in lines.text
        assert len(lines.all()) == 4
        assert lines.all()[0]["event"] == f"Crashed reason={type(error).__name__}"

    def test_has_no_value_of_an_object(self, lines: Lines) -> None:
        named = Named.model_construct(name=PRIVATE)  # type: ignore[arg-type] # it is not held against its type
        logging.getLogger("faust.streams").error("Unhandled %r", named)
        assert lines.one()["event"] == "Unhandled <Named>"

    def test_keeps_what_helps_to_find_a_fault(self, lines: Lines) -> None:
        logger = logging.getLogger("aiokafka.client")
        logger.error("Unable connect to node with id %s: %s", 1, NodeNotReadyError("not ready"))
        logger.warning("Revoked %s at %d", {TopicPartition("regcase.events", 3)}, 17)
        assert [line["event"] for line in lines.all()] == [
            "Unable connect to node with id 1: NodeNotReadyError: not ready",
            "Revoked [regcase.events/3] at 17",
        ]

    def test_below_warning_is_left_out_whatever_the_level(self, lines: Lines) -> None:
        logging.getLogger("aiokafka").info("assigned")
        logging.getLogger("asyncio").debug("slow")
        assert lines.text == ""

    def test_of_asyncio_tells_neither_arguments_nor_errors(self, lines: Lines) -> None:
        def fails(_given: str) -> None:
            raise ValueError("of another text")

        async def fails_too() -> None:
            raise ValueError(PRIVATE)

        async def both() -> None:
            asyncio.get_running_loop().call_soon(fails, PRIVATE)
            task = asyncio.ensure_future(fails_too())
            await asyncio.wait([task])
            del task

        asyncio.run(both())
        assert {line["logger"] for line in lines.all()} == {"asyncio"}
        assert len(lines.all()) == 2
        assert PRIVATE not in lines.text
        assert PRIVATE[:10] not in lines.text

    def test_of_a_kind_comes_once_a_minute_and_tells_how_many_were_left_out(self) -> None:
        now = [0.0]
        once = OncePerTime(clock=lambda: now[0])

        def passes(text: str, *, name: str = "aiokafka.cluster") -> logging.LogRecord | None:
            record = logging.LogRecord(name, logging.ERROR, __file__, 1, text, (), None)
            return record if once.filter(record) else None

        assert passes("Topic 1 not found")
        for second in range(1, 60):
            now[0] = float(second)
            assert not passes(f"Topic {second} not found")
        assert passes("Topic 1 not found", name="aiokafka.other")
        assert passes("another text")
        now[0] = 60.0
        again = passes("Topic 99 not found")
        assert again
        assert again.left_out == 59  # type: ignore[attr-defined] # the filter adds it

    def test_that_left_out_others_tells_so_in_the_log(self, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
        logger = logging.getLogger("aiokafka.cluster")
        for _ in range(1000):
            logger.error("Topic %s not found in cluster metadata", "t")
        assert len(lines.all()) == 1
        monkeypatch.setattr("foundation.library_logs.EVERY_SECONDS", 0.0)
        logger.error("Topic %s not found in cluster metadata", "t")
        assert lines.all()[1].get("left_out") == 999


class TestAProcess:
    def run(self, script: str, **environment: str) -> tuple[str, list[dict[str, Any]]]:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PRIVATE": PRIVATE, "REGCASE_LOG_LEVEL": "DEBUG", **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stdout == ""
        return done.stderr, [json.loads(line) for line in done.stderr.splitlines()]

    def test_logs_what_python_and_libraries_would_write_beside_the_logs(self) -> None:
        text, lines = self.run("""
import asyncio, os, sys, threading, traceback, warnings
from foundation.process import begin
begin("relay")
private = os.environ["PRIVATE"]
def fails():
    raise ValueError(private)
print(private)
print(private, file=sys.stderr)
try:
    fails()
except ValueError:
    print(private, file=sys.stderr)
    traceback.print_exc(None, sys.stderr)
warnings.warn(private)
thread = threading.Thread(target=fails)
thread.start()
thread.join()
class Odd:
    def __del__(self):
        fails()
Odd()
fails()
""")
        assert PRIVATE not in text
        assert [line["event"] for line in lines] == [
            "process_started", "library_prints", "library_prints", "library_prints", "python_warns", "thread_ends",
            "error_ignored_by_python", "process_ends",
        ]  # fmt: skip
        assert [line.get("error") for line in lines[1:]] == [
            None,
            None,
            "ValueError",
            None,
            "ValueError",
            "ValueError",
            "ValueError",
        ]
        assert all(line["process"] == "relay" and line["level"] and line["timestamp"] for line in lines)

    def test_tells_in_its_log_that_it_started_as_which_version_and_slot(self) -> None:
        _, lines = self.run("from foundation.process import begin; begin('relay'); begin('relay')", REGCASE_SLOT="2")
        assert [(line["event"], line["process"], line["slot"]) for line in lines] == [("process_started", "relay", 2)] * 2
        assert {line["version"] for line in lines} == {version("regcase")}

    def test_tells_in_its_log_what_is_wrong_with_its_settings(self) -> None:
        _, (line,) = self.run("from foundation.process import begin; begin('relay')", REGCASE_LOG_LEVEL="LOUD")
        assert (line["event"], line["error"]) == ("process_ends", "Misconfigured")
        assert "REGCASE_LOG_LEVEL" in line["reason"]
