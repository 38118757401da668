"""The checker: holds model, store, topic, read models and fired deadlines against each other. It asks nothing and nobody.

`readings.read_everything` waits until the system is at rest and reads it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from tests.faults import findings as kinds
from tests.faults.beside import Beside
from tests.faults.driver import Played
from tests.faults.fault import MARK, Injected, Place
from tests.faults.findings import Findings
from tests.faults.model import Event, EventId, History
from tests.faults.readings import Readings, Stored
from tests.topics import Published

_SETS_AN_END = ("deadline_started", "deadline_extended", "deadline_resumed", "deadline_recomputed")


def check(played: Sequence[Played], beside: Beside, readings: Readings, injected: Injected) -> Findings:
    """Compare everything with everything."""
    findings = Findings(events=len(readings.stored), matters=len(played), repeats_are_harmless=injected.writers_left_behind)
    _check_store(findings, played, beside, readings.stored)
    _check_topic(findings, readings, injected)
    _check_deadlines(findings, played, beside, readings.stored)
    for difference in readings.differences:
        what = f"{difference.read_model}.{difference.table} {dict(difference.key)} of {difference.case_id}"
        findings.add(kinds.DIFFERING, f"{difference.kind}: {what} {dict(difference.columns)}")
    findings.add_all(kinds.DIFFERING, readings.mended)
    findings.add_all(kinds.PARKED, readings.parked)
    findings.add_all(kinds.UNFIRED, readings.due)
    findings.add_all(kinds.NOT_SETTLED, readings.unsettled)
    for one in played:
        findings.add_all(kinds.COMPLAINTS, (f"{one.history.name}: {complaint}" for complaint in one.complaints))
        if not one.complete and not one.complaints:
            findings.add(kinds.NOT_SETTLED, f"{one.history.name} came no further than step {len(one.answers)}")
    return findings


# The store


def _check_store(findings: Findings, played: Sequence[Played], beside: Beside, stored: Sequence[Stored]) -> None:
    by_case: dict[UUID, dict[EventId, Event]] = defaultdict(dict)
    for one in stored:
        by_case[one.event_id[0]][one.event_id] = one.event
    fired = [one.causation_id for one in stored]
    known = set(beside.matters)
    for drove in played:
        history = drove.history
        known.add(history.matter_id)
        there = _events_of(history, by_case)
        if there != history.events:
            # Of deadlines that are due at the same instant any may fire first: the order that it was is the history's.
            history = history.under_order(fired)
            there = _events_of(history, by_case)
        _compare(findings, drove, history.events, there)
        findings.add_all(kinds.COMPLAINTS, _wrong_answers(history, drove.answers))
    for event_id in beside.answered:
        if event_id not in by_case[event_id[0]]:
            findings.add(kinds.LOST, f"{_name(event_id)}, which was answered for")
    for one in stored:
        if one.matter_id not in known:
            findings.add(kinds.UNEXPECTED, f"{_name(one.event_id)} of a matter that nobody opened")


def _events_of(history: History, by_case: Mapping[UUID, Mapping[EventId, Event]]) -> dict[EventId, Event]:
    """What the store has of a matter."""
    there: dict[EventId, Event] = {}
    for case_id in {case_id for case_id, _ in history.events}:
        there |= by_case[case_id]
    return there


def _wrong_answers(history: History, answers: Sequence[tuple[str | None, ...]]) -> Iterator[str]:
    for number, (step, answer) in enumerate(zip(history.steps, answers, strict=False), start=1):
        if step.rival and step.refused is None:
            # The other finds another version, or, sooner, that there is nothing left to do.
            right = sorted(code or "" for code in answer) in (["", "conflict"], ["", "invalid"])
        else:
            right = set(answer) == {step.refused}
        if not right:
            what = f"{history.name}, step {number}, {step.command.name} on {step.command.on}"
            yield f"{what}: answered {answer}, the model says {step.refused}"


def _compare(findings: Findings, played: Played, expected: Mapping[EventId, Event], there: Mapping[EventId, Event]) -> None:
    name = played.history.name
    for event_id, event in expected.items():
        found = there.get(event_id)
        if found is None:
            if played.complete:
                findings.add(kinds.LOST, f"{event.type} {_name(event_id)} of {name}")
        elif found != event:
            findings.add(kinds.ALTERED, f"{_name(event_id)} of {name}: {_unlike(found, event)}")
    for event_id in there.keys() - expected.keys():
        findings.add(kinds.UNEXPECTED, f"{there[event_id].type} {_name(event_id)} of {name}")


def _unlike(found: Event, expected: Event) -> str:
    if found.type != expected.type:
        return f"{found.type}, not {expected.type}"
    fields = [name for name in expected.envelope if found.envelope.get(name) != expected.envelope[name]]
    told = [f"{name} is {found.envelope.get(name)}, not {expected.envelope[name]}" for name in fields]
    if found.payload != expected.payload:
        told.append(f"payload {found.payload[:200]!r}, not {expected.payload[:200]!r}")
    return f"{found.type}: {', '.join(told)}"


# The topic


def _check_topic(findings: Findings, readings: Readings, injected: Injected) -> None:
    stored = {_name(one.event_id): one.event for one in readings.stored}
    there: set[str] = set()
    by_relay: Counter[str] = Counter()
    sequence: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for message in readings.messages:
        name, marked = message.headers.get("ce_id", ""), MARK in message.headers
        place = Place(message.partition, message.offset)
        event = stored.get(name)
        if event and _is_as_stored(message, event):
            there.add(name)
            if not marked:
                by_relay[name] += 1
                if by_relay[name] == 1:
                    case_id, _, version = name.partition("/")
                    sequence[case_id].append((message.partition, int(version)))
        elif marked or place in injected.garbage:
            if place in injected.garbage and place not in readings.rejected:
                findings.add(kinds.NOT_REJECTED, f"{place} {message.headers.get(MARK, 'that cannot be read')}")
        else:
            findings.add(kinds.ALTERED_IN_TOPIC if event else kinds.STRANGE_IN_TOPIC, f"{name or 'no id'} at {place}")
    findings.published = sum(by_relay.values())
    removed = {_name(event_id) for event_id in injected.removed}
    findings.add_all(kinds.LOST_IN_TOPIC, sorted(stored.keys() - there - removed))
    findings.add_all(kinds.DOUBLED_IN_TOPIC, (f"{name}, {times} times" for name, times in by_relay.items() if times > 1))
    for case_id, order in sequence.items():
        findings.add_all(kinds.OUT_OF_ORDER, _disorder(case_id, order))
    wrongly = (place for place in readings.rejected if place not in injected.garbage)
    findings.add_all(kinds.WRONGLY_REJECTED, (str(place) for place in wrongly))


def _is_as_stored(message: Published, event: Event) -> bool:
    digest = hashlib.sha256(event.payload).hexdigest()
    return message.value == event.payload and message.headers.get("ce_digest") == digest


def _disorder(case_id: str, order: Sequence[tuple[int, int]]) -> Iterable[str]:
    """Versions of a case must rise from message to message, in one partition."""
    for (partition, version), (next_partition, next_version) in pairwise(order):
        if next_partition != partition:
            yield f"{case_id} is in the partitions {partition} and {next_partition}"
        elif next_version < version:
            yield f"{case_id}/{next_version} after {version}"


# Deadlines


def _check_deadlines(findings: Findings, played: Sequence[Played], beside: Beside, stored: Sequence[Stored]) -> None:
    stored_at = {one.event_id: one.stored_at for one in stored}
    first_by: dict[str, Stored] = {}
    passed: dict[tuple[UUID, str], Stored] = {}
    for one in stored:
        first_by.setdefault(one.causation_id, one)
        case_id, name = one.event_id[0], one.event.type.partition(".")[2]
        if name in _SETS_AN_END:
            passed.pop((case_id, one.facts["role"]), None)
        elif name == "deadline_passed":
            deadline = case_id, one.facts["role"]
            if deadline in passed:
                findings.add(kinds.FIRED_TWICE, f"{deadline[1]} of {case_id}")
            passed[deadline] = one
            if datetime.fromisoformat(one.facts["fired_at"]) < datetime.fromisoformat(one.facts["due_at"]):
                findings.add(kinds.FIRED_EARLY, f"{deadline[1]} of {case_id}, due {one.facts['due_at']}")
    for history in played:
        for fires in history.history.firings:
            fired, came = first_by.get(fires.key), history.clock_passed(fires.at)
            if fired and came:
                # What was overdue when it was set is late only from then on.
                since = max(came, stored_at.get((fires.case_id, fires.set_version), came))
                findings.late_by.append((fired.stored_at - since).total_seconds())
    for (case_id, role), due_at in beside.due.items():
        fired = passed.get((case_id, role))
        if fired is None:
            findings.add(kinds.UNFIRED, f"{role} of {case_id}, due at {due_at} by wall time")
        else:
            findings.late_by.append((fired.stored_at - due_at).total_seconds())
    # Not by what the event says of itself: the clock of the process that fired it may have been wrong.
    findings.add_all(kinds.FIRED_EARLY, (f"{role} of {case_id}" for case_id, role in beside.not_due if (case_id, role) in passed))


def _name(event_id: EventId) -> str:
    """As messages name it."""
    return f"{event_id[0]}/{event_id[1]}"
