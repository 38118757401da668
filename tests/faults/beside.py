"""What happens beside the histories: probes that tell when the system has recovered, and matters on wall time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import UUID

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from psycopg import sql
from psycopg.errors import UndefinedTable

from deploy.topics import EVENTS
from domain.application import Outcome
from domain.case.deadline_events import DeadlineStarted
from domain.commands import Command
from domain.identifiers import matter_id_of
from foundation.database import DATABASE_FAILED
from foundation.partitions import partition_of
from foundation.settings import Settings
from foundation.sql import load_statements
from foundation.unreadable_batches import pass_over_unreadable
from projections.read_model import all_read_models
from tests.desk import OFFICER
from tests.faults.driver import Commands, NoAnswer
from tests.faults.model import EventId

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
_SUBJECT = {"name": "Halden Beacon Ltd", "country": "GB", "kind": "undertaking"}
_EVERY_SECONDS = 8.0
_DUE_WITHIN = (10.0, 25.0)
_NOT_DUE_FOR_DAYS = 90


@dataclass
class Beside:
    """What is known of it. Nothing is foretold, but what was answered must be there, and what was due must have fired.

    Args:
        matters: all of them.
        answered: events that the system answered for.
        due: by wall time, the end of each deadline that must have fired, by case and role.
        not_due: deadlines that end long after the run, by case and role: whatever the clocks say, none may have fired.
    """

    matters: set[UUID] = field(default_factory=set)
    answered: set[EventId] = field(default_factory=set)
    due: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    not_due: set[tuple[UUID, str]] = field(default_factory=set)

    def note(self, outcome: Outcome) -> Outcome:
        """Note an answer.

        Raises:
            NoAnswer: it is a refusal, which nothing beside the histories may be.
        """
        if outcome.refusal:
            msg = f"{outcome.command} was refused: {outcome.refusal['message']}"
            raise NoAnswer(msg)
        self.matters |= {event.matter_id for event in outcome.events}
        self.answered |= {(event.case_id, event.version) for event in outcome.events}
        return outcome


class Probes:
    """One small matter in each partition: a command to each, and what comes of it is looked for everywhere.

    Args:
        settings: how to reach topic and database, around every proxy.
    """

    def __init__(self, commands: Commands, settings: Settings, beside: Beside, *, seed: int) -> None:
        self._commands = commands
        self._settings = settings
        self._beside = beside
        self._numbers = count(1)
        self._from: dict[int, int] = {}
        self._matters = {
            partition: self._open(f"probe-{seed}-{partition}", name)
            for partition, name in _names_for_partitions(f"probe-{seed}").items()
        }

    def _open(self, key: str, matter: str) -> UUID:
        outcome = self._beside.note(self._commands.give(opening(key, matter)))
        assert outcome.case_id
        return outcome.case_id

    def topic_was_made_anew(self) -> None:
        """Look through the whole topic from now on."""
        self._from.clear()

    def recovered(self, *, within: float) -> float | None:
        """Give a command in each partition and wait until its event is in the topic and in every read model.

        Returns: how many seconds that took; None: longer than it might.
        """
        began = time.monotonic()
        try:
            wanted = self._give(next(self._numbers))
        except NoAnswer:
            return None
        latest = began + within
        in_models = self._await_read_models(wanted, latest)
        return time.monotonic() - began if in_models and self._await_topic(wanted, latest) else None

    def _give(self, number: int) -> dict[UUID, int]:
        wanted: dict[UUID, int] = {}
        for case_id in self._matters.values():
            assign = Command(
                name="investigation.assign",
                data={"officer": f"officer {number}", "role": "lead"},
                on=case_id,
                actor=OFFICER,
                idempotency_key=f"probe/{case_id}/{number}",
            )
            wanted |= self._beside.note(self._commands.give(assign)).versions
        return wanted

    def _await_read_models(self, wanted: Mapping[UUID, int], latest: float) -> bool:
        parameters = {"case_ids": list(wanted), "versions": list(wanted.values())}
        left = list(all_read_models().values())
        while left and time.monotonic() < latest:
            try:
                with self._commands.pool.connection() as connection:
                    statement = sql.SQL(_SQL["behind"])
                    while left:
                        positions = sql.Identifier(left[0].schema("live"), "positions")
                        if connection.execute(statement.format(positions=positions), parameters).fetchone():
                            break
                        left.pop(0)
            except (*DATABASE_FAILED, UndefinedTable) as error:  # the second: the first start is still building it
                _log.info("probe_waits", error=type(error).__name__)
            if left:
                time.sleep(0.05)
        return not left

    def _await_topic(self, wanted: Mapping[UUID, int], latest: float) -> bool:
        left = {f"{case_id}/{version}".encode() for case_id, version in wanted.items()}
        while left and time.monotonic() < latest:
            try:
                with self._consumer() as consumer:
                    while left and time.monotonic() < latest:
                        for partition, records in consumer.poll(timeout_ms=200).items():
                            self._from[partition.partition] = records[-1].offset + 1
                            left -= {dict(record.headers).get("ce_id") for record in records}
            except (KafkaError, OSError) as error:
                _log.info("probe_waits", error=type(error).__name__)
                time.sleep(0.2)
        return not left

    @contextmanager
    def _consumer(self) -> Iterator[Any]:
        consumer = KafkaConsumer(
            **self._settings.kafka_client_options(),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            metadata_max_age_ms=2_000,
            # Its own waiting must not be taken for the system's.
            reconnect_backoff_ms=50,
            reconnect_backoff_max_ms=250,
        )
        pass_over_unreadable(consumer)
        try:
            consumer.assign([TopicPartition(EVENTS.name, number) for number in range(EVENTS.partitions)])
            for number in range(EVENTS.partitions):
                consumer.seek(TopicPartition(EVENTS.name, number), self._from.get(number, 0))
            yield consumer
        finally:
            consumer.close()


class OnWallTime:
    """Opens matters with a deadline that falls due within seconds, by wall time: urgent notices that were sent yesterday."""

    def __init__(self, commands: Commands, beside: Beside, *, seed: int) -> None:
        self._commands = commands
        self._beside = beside
        self._random = Random(f"wall time {seed}")
        self._seed = seed
        self._stop = Event()
        self._thread = Thread(target=self._go_on, name="wall time", daemon=True)
        self.complaints: list[str] = []

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def open_no_more(self) -> None:
        """Let what is open fall due meanwhile."""
        self._stop.set()

    def finish(self) -> None:
        """Wait until the last deadline is due."""
        self.open_no_more()
        self._thread.join()
        last = max(self._beside.due.values(), default=datetime.now(UTC))
        time.sleep(max(0.0, (last - datetime.now(UTC)).total_seconds()))

    def _go_on(self) -> None:
        for number in count(1):
            if self._stop.wait(_EVERY_SECONDS):
                return
            try:
                self._open(f"wall-{self._seed}-{number}")
            except NoAnswer as error:
                self.complaints.append(f"wall time: {error}")

    def _open(self, matter: str) -> None:
        opened = self._beside.note(self._commands.give(opening(matter, matter)))
        assert opened.case_id
        now = datetime.now(UTC)
        # 24 hours are the least, and they end with a full hour.
        sent_on = (now - timedelta(hours=26)).isoformat()
        soon = (now + timedelta(seconds=self._random.uniform(*_DUE_WITHIN))).isoformat()
        later = (now + timedelta(days=_NOT_DUE_FOR_DAYS)).date().isoformat()
        self._ask(opened.case_id, "NOW", sent_on=sent_on, respond_by=soon, urgent_reasons="u")
        self._ask(opened.case_id, "LATER", sent_on=sent_on, respond_by=later)

    def _ask(self, case_id: UUID, notice: str, **terms: str) -> None:
        asked = Command(
            name="investigation.issue_notice",
            data={"notice": notice, "kind": "information", **terms},
            on=case_id,
            actor=OFFICER,
            idempotency_key=f"{case_id}/{notice}",
        )
        for event in self._beside.note(self._commands.give(asked)).events:
            if isinstance(event, DeadlineStarted) and event.role == "response:NOW":
                self._beside.due[event.case_id, event.role] = event.terms.due_at
            elif isinstance(event, DeadlineStarted):
                self._beside.not_due.add((event.case_id, event.role))


def opening(key: str, matter: str) -> Command:
    """Open a matter under British law today."""
    return Command(
        name="investigation.open",
        data={
            "reference": key.upper(),
            "regime": "uk-dpa-2018",
            "subject": _SUBJECT,
            "opened_on": (datetime.now(UTC) - timedelta(days=2)).date().isoformat(),
            "grounds": ["UK GDPR Art 5"],
        },
        actor=OFFICER,
        idempotency_key=key,
        matter_id=matter_id_of(matter),
    )


def _names_for_partitions(prefix: str) -> dict[int, str]:
    """For each partition the name of a matter whose messages go there."""
    found: dict[int, str] = {}
    for number in count():
        name = f"{prefix}-{number}"
        partition = partition_of(str(matter_id_of(name)).encode(), EVENTS.partitions)
        found.setdefault(partition, name)
        if len(found) == EVENTS.partitions:
            return found
    raise AssertionError
