"""A running system for the tests of the suite itself: its processes can be exchanged for weakened ones, and it is told stories.

A story is put into the store as it was recorded in memory, so that what a weakened process makes of it is seen at once and
nobody waits for deadlines. Each test tells stories of its own, and sees in the findings only what concerns them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from deploy import local
from deploy.kafka_admin import admin_client
from deploy.local.database import DATABASE
from deploy.local.notes import load_notes
from deploy.local.numbers import Numbers
from deploy.local.places import Places
from deploy.local.postgres import Postgres
from deploy.local.programs import Program
from deploy.topics import EVENTS
from domain.event_store import in_postgres
from domain.time_sources import MatterClocks
from foundation.database import open_pool
from foundation.settings import Settings
from projections.places import relay_to
from projections.read_model import all_read_models
from projections.rebuild import rebuild_where_needed
from tests.desk import Desk
from tests.faults.beside import Beside, OnWallTime
from tests.faults.checker import check
from tests.faults.driver import Commands, Driver, NoAnswer, Played
from tests.faults.equipment import Equipment, equipment, under
from tests.faults.fault import Ground
from tests.faults.messages import PARTITIONS, reader
from tests.faults.model import EventId, History, recorded
from tests.faults.readings import Readings, read_everything
from tests.faults.story import Story
from tests.poison import mend
from tests.services import Database, data_folder
from tests.system import System
from tests.waiting import wait_for
from workers.read_models import GROUP

EVERYTHING = 100_000
LONG_ENOUGH = 120.0
_numbers = count(1)


@dataclass(frozen=True)
class Stage:
    """The running system of a test module."""

    ground: Ground
    programs: tuple[Program, ...]

    @property
    def settings(self) -> Settings:
        """How to reach all parts, around every proxy."""
        return self.ground.settings

    def run(self, *names: str, **weakened: str) -> None:
        """Let these processes run and no others, and wait until they do their work.

        Args:
            weakened: the protection that a process is without, by the name of the process.
        """
        wanted = [self._program(name, weakened.get(name)) for name in names]
        local.up(Settings(data=self.settings.data), programs=wanted)
        for name in names:
            wait_for(partial(self._is_ready, name), seconds=LONG_ENOUGH, what=f"{name} at work")

    def _program(self, name: str, protection: str | None) -> Program:
        found = next(program for program in self.programs if program.name == name)
        # It need not have run for a while: that it is at work is waited for.
        found = replace(found, settles_after=0.0)
        return under(found, "tests.faults.weakened", {}, protection) if protection else found

    def _is_ready(self, name: str) -> bool:
        said = local.health(self.settings).get(name)
        return said is not None and said.ready

    def begin(self, part: Story) -> None:
        """Put the beginning of a story into the store, and wait until every read model has it."""
        self.store(part)
        self.await_applied(part)

    def story(self, tell: Callable[[], Desk]) -> Story:
        """Record a story as a matter of its own, and just as it is told, however many were told before."""
        name = f"stage-{next(_numbers)}"
        with recorded(name) as recorders:
            tell()
        (recorder,) = recorders
        history = recorder.history("story", None)
        assert history
        story = Story(history, tuple(recorder.recorder.select_notifications(start=None, limit=EVERYTHING)))
        # Nothing falls due before the clock is moved.
        self.move_clock(story, history.start)
        return story

    def move_clock(self, story: Story, moment: datetime) -> None:
        """Move the clock of its matter."""
        with open_pool(self.settings.database, name="stage", size=1) as pool:
            MatterClocks(pool).set(story.history.matter_id, moment)

    def store(self, story: Story, *, damaged: EventId | None = None) -> None:
        """Put its events into the store, one of them so that nobody can read it."""
        recorder = in_postgres(self.settings.database, pool_size=1).application_recorder()
        recorder.insert_events(
            [
                replace(event, state=event.state.replace(b'"schema_version":1', b'"schema_version":99'))
                if (event.originator_id, event.originator_version) == damaged
                else event
                for event in story.events
            ]
        )

    def played(self, story: Story) -> dict[str, list[str]]:
        """Let all of it be given to the system as commands, and tell what the checker finds of it."""
        driver = Driver(self.settings.database, (history for history in list[History]()), at_once=2)
        played = Played(story.history)
        try:
            driver._play(played)
        except NoAnswer as error:
            played.complaints.append(str(error))
        finally:
            driver.close()
        return self._checked([played], story.cases.keys(), settled_within=LONG_ENOUGH)

    def on_wall_time(self) -> Beside:
        """Open a matter that has no clock of its own: one deadline ends in some seconds, one long after."""
        beside, commands = Beside(), Commands(self.settings.database, at_once=1)
        try:
            OnWallTime(commands, beside, seed=next(_numbers))._open(f"wall-{next(_numbers)}")
        finally:
            commands.close()
        return beside

    def await_logged(self, name: str, event: str) -> None:
        """Wait until a process has logged an event."""
        log = Places(self.settings.data).logs / f"{name}.log"
        wait_for(lambda: event in log.read_text(encoding="utf-8"), seconds=LONG_ENOUGH, what=f"{event} in {log}")

    def await_published(self) -> None:
        """Wait until the relay has noted that everything is published."""
        wait_for(lambda: not self.query(_UNPUBLISHED, relay_to(EVENTS.name)), seconds=LONG_ENOUGH, what="publication")

    def await_applied(self, story: Story, *, cases: Sequence[UUID] = ()) -> None:
        """Wait until every read model has got to the end of its cases."""
        wanted = {case_id: version for case_id, version in story.cases.items() if not cases or case_id in cases}

        def everywhere() -> bool:
            return all(self.positions(model).items() >= wanted.items() for model in all_read_models())

        wait_for(everywhere, seconds=LONG_ENOUGH, what="the story's end in every read model")

    @contextmanager
    def held(self, read_model: str) -> Iterator[None]:
        """Within, whoever comes to apply events to a read model waits."""
        places = Places(self.settings.data)
        notes = load_notes(places.notes)
        superuser = Postgres(places, notes).url("postgres", notes.superuser_password, DATABASE)
        lock = sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.Identifier(f"read_{read_model}", "positions"))
        with psycopg.connect(superuser) as connection:
            connection.execute(lock)
            yield

    def await_held_up(self, processes: int) -> None:
        """Wait until so many wait for a read model that is held."""
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
        wait_for(lambda: len(self.query(waiting)) >= processes, seconds=LONG_ENOUGH, what=f"{processes} that wait")

    def await_claimed(self, case_id: UUID, *, times: int) -> None:
        """Wait until a deadline of a case was claimed so often."""
        claimed = "SELECT FROM timer_claims WHERE case_id = %s AND attempts >= %s"
        wait_for(lambda: self.query(claimed, case_id, times), seconds=LONG_ENOUGH, what=f"{times} claims")

    def await_passed(self, case_id: UUID, role: str, *, times: int) -> None:
        """Wait until a deadline has passed so often."""
        passed = (
            "SELECT FROM stored_events WHERE originator_id = %s AND topic LIKE '%%.deadline_passed' "
            "AND position(%s IN convert_from(state, 'UTF8')) > 0"
        )
        wait_for(
            lambda: len(self.query(passed, case_id, f'"role":"{role}"')) >= times,
            seconds=LONG_ENOUGH,
            what=f"{role} to pass {times} times",
        )

    def mend(self, event_id: EventId) -> None:
        """Let an event be read that was stored damaged."""
        mend(Database("regcase", self.settings.database, self.settings.database_owner, ""), *event_id)

    def await_read(self) -> None:
        """Wait until the workers have acknowledged everything that lies in the topic now."""
        with reader(self.settings.kafka) as consumer:
            # Of a partition that was emptied there is nothing to acknowledge.
            begins, ends = consumer.beginning_offsets(PARTITIONS), consumer.end_offsets(PARTITIONS)
            ends = {partition: end for partition, end in ends.items() if end > begins[partition]}

        def acknowledged() -> bool:
            with admin_client(self.settings) as admin:
                offsets = admin.list_group_offsets(GROUP)[GROUP]
            return all(partition in offsets and offsets[partition].offset >= end for partition, end in ends.items())

        wait_for(acknowledged, seconds=LONG_ENOUGH, what="acknowledgement of everything in the topic")

    def positions(self, read_model: str) -> dict[UUID, int]:
        """How far a read model has got with each case."""
        statement = sql.SQL("SELECT case_id, version FROM {}").format(sql.Identifier(f"read_{read_model}", "positions"))
        return dict(self.query(statement))

    def query(self, statement: Any, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the database, as the application may."""
        with psycopg.connect(self.settings.database) as connection:
            return connection.execute(statement, parameters).fetchall()

    def found(self, *stories: Story) -> dict[str, list[str]]:
        """What the checker finds that concerns these stories: examples by their kind."""
        told = [Played(story.history, complete=True) for story in stories]
        return self._checked(told, {case_id for story in stories for case_id in story.cases})

    def found_beside(self, beside: Beside) -> dict[str, list[str]]:
        """What the checker finds that concerns matters on wall time."""
        return self._checked([], {case_id for case_id, _ in beside.answered}, beside)

    def _checked(
        self, played: Sequence[Played], cases: Collection[UUID], beside: Beside | None = None, *, settled_within: float = 1.0
    ) -> dict[str, list[str]]:
        readings = _of(cases, read_everything(self.settings, settled_within=settled_within, say=lambda _: None))
        if not self.ground.names("worker"):
            # Nobody brings anything to the read models.
            readings = replace(readings, differences=(), mended=())
        findings = check(played, beside or Beside(), readings, self.ground.injected)
        return {kind: found.examples for kind, found in findings.found.items() if found.count}

    def notes_of_the_relay(self) -> list[tuple[Any, ...]]:
        """How far it has published, and the next offset of each partition."""
        return self.query("SELECT notification_id, NULL FROM follower_places WHERE follower = %s", relay_to(EVENTS.name)) + (
            self.query("SELECT partition, next_offset FROM relay_offsets WHERE topic = %s", EVENTS.name)
        )

    def set_back_the_relay(self, notes: Sequence[tuple[Any, ...]]) -> None:
        """Note for it what it had noted before."""
        with psycopg.connect(self.settings.database) as connection:
            for number, next_offset in notes:
                if next_offset is None:
                    statement, follower = (
                        "UPDATE follower_places SET notification_id = %s WHERE follower = %s",
                        relay_to(EVENTS.name),
                    )
                    connection.execute(statement, (number, follower))
                else:
                    statement = "UPDATE relay_offsets SET next_offset = %s WHERE topic = %s AND partition = %s"
                    connection.execute(statement, (next_offset, EVENTS.name, number))


_UNPUBLISHED = (
    "SELECT 1 FROM stored_events WHERE NOT starts_with(topic, '_') AND notification_id > "
    "coalesce((SELECT notification_id FROM follower_places WHERE follower = %s), 0) LIMIT 1"
)


@contextmanager
def a_stage() -> Iterator[Stage]:
    """A system that is up, without processes of ours."""
    with data_folder() as data, equipment(data, Numbers(relays=2)) as equipped:
        settings = local.up(Settings(data=data), programs=[])
        try:
            with open_pool(settings.database, name="stage", size=2) as pool:
                rebuild_where_needed(pool)
            yield Stage(_ground(settings, equipped), equipped.programs)
        finally:
            local.down(Settings(data=data))


def _ground(settings: Settings, equipped: Equipment) -> Ground:
    return Ground(System(settings), equipped.proxies, equipped.disks, equipped.clock)


def _of(cases: Collection[UUID], readings: Readings) -> Readings:
    names = {str(case_id) for case_id in cases}
    return replace(
        readings,
        stored=[one for one in readings.stored if one.event_id[0] in cases],
        messages=[message for message in readings.messages if message.headers.get("ce_subject") in names],
        differences=[difference for difference in readings.differences if difference.case_id in cases],
        mended=[mended for mended in readings.mended if any(name in mended for name in names)],
        parked=[parked for parked in readings.parked if any(name in parked for name in names)],
        due=[due for due in readings.due if any(name in due for name in names)],
        rejected=frozenset(),
        unsettled=(),
    )
