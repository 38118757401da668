"""Every event has words, and a day of law where it has one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.case.deadline_events import DeadlinePassed
from domain.case.events import CaseEvent, Envelope
from domain.case.words import court_name
from domain.fine.events import PaymentRecorded
from domain.money import Money
from domain.names import EVENT_TYPES
from domain.roles import SYSTEM
from domain.words import describe, law_date
from tests.desk import ISSUER, REGISTRAR, appealed, in_force, issued

WITHOUT_A_DAY = {
    "reduction_withdrawn",
    "opened",
    "assigned",
    "deadline_started",
    "deadline_recomputed",
    "deadline_lapsed",
    "finding_recorded",
    "sibling_linked",
}
"""They go with the act that led to them, or nobody says when they happened."""
AHEAD = {"hearing_listed"}


def envelope_of(event_type: str) -> Envelope:
    return Envelope(
        case_id=UUID(int=1),
        case_type=event_type.partition(".")[0],
        matter_id=UUID(int=2),
        version=1,
        recorded=datetime(2024, 2, 1, tzinfo=UTC),
        stored_at=datetime(2024, 2, 1, tzinfo=UTC),
        actor=SYSTEM,
        command="a.command",
        correlation_id="c",
        causation_id="c",
    )


def example(annotation: Any, name: str) -> Any:
    """A value that a field of that type can have."""
    if annotation is UUID:
        return UUID(int=3)
    if annotation is datetime:
        return datetime(2024, 1, 31, 16, 30, tzinfo=UTC)
    if annotation is Money:
        return Money.parse("GBP 1234.50")
    if annotation in (int, bool):
        return annotation(1)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return example_of(annotation)
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    if get_origin(annotation) is tuple:
        return (example(get_args(annotation)[0], name),)
    if get_origin(annotation) is dict:
        return {}
    options = get_args(annotation)
    if date in options or annotation is date:
        return date(2024, 1, 31)
    if options:
        return example(options[0], name)
    texts = {
        "sha256": "0" * 64,
        "pay_within": "P28D",
        "representations_within": "P21D",
        "role": "comply:stop",
        "about": "payment",
    }
    return {**texts, "country": "GB", "kind": "undertaking"}.get(name, "some-text")


LEFT_OUT = {"envelope", "comply_by", "comply_within", "counted_from", "periodic_penalty", "region", "resides_in", "until"}


def example_of(model: type[BaseModel]) -> BaseModel:
    facts = {
        name: example(field.annotation, name)
        for name, field in model.model_fields.items()
        if name not in LEFT_OUT or (field.is_required() and name != "envelope")
    }
    if issubclass(model, CaseEvent):
        facts["envelope"] = None
        return model.model_construct(**facts)
    return model(**facts)


def event_of(event_type: str) -> CaseEvent:
    event = example_of(EVENT_TYPES[event_type])
    assert isinstance(event, CaseEvent)
    facts = {name: getattr(event, name) for name in type(event).model_fields if name != "envelope" and hasattr(event, name)}
    return EVENT_TYPES[event_type].happened(envelope_of(event_type), **facts)


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
def test_every_event_type_has_words(event_type: str) -> None:
    words = describe(event_of(event_type))
    assert re.fullmatch(r"[A-Za-z].*[.]", words), words
    assert "None" not in words
    assert ".." not in words
    assert "_" not in words, "names of the vocabulary are for machines"


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
def test_every_event_that_carries_a_day_tells_its_day_of_law(event_type: str) -> None:
    name = event_type.partition(".")[2]
    day = law_date(event_of(event_type))
    if name in WITHOUT_A_DAY | AHEAD and event_type != "investigation.opened":
        assert day is None
    else:
        assert day == date(2024, 1, 31)


@pytest.mark.parametrize(
    ("court", "name"),
    [
        ("upper_tribunal", "Upper Tribunal"),
        ("raad_van_state", "Afdeling bestuursrechtspraak van de Raad van State"),
        ("county_court", "county court"),
        ("authority", "authority"),
    ],
)
def test_a_court_has_the_name_that_some_installed_law_gives_it_or_its_id(court: str, name: str) -> None:
    assert court_name(court) == name


def test_a_deadline_that_passed_happened_in_law_on_its_last_day() -> None:
    desk = issued()
    desk.at("2022-07-01")
    passed = next(e for e in desk.app.events_of(desk.names["fine"]) if isinstance(e, DeadlinePassed) and e.role == "payment")
    assert law_date(passed) == date(2022, 6, 15)
    assert describe(passed) == "Time to pay ended on 15 June 2022."


def test_an_act_dated_to_the_hour_falls_on_the_day_of_the_regimes_zone() -> None:
    desk = issued().at("2022-06-14")
    outcome = desk.done(
        "appeal.lodge",
        by=REGISTRAR,
        against=["fine"],
        scope="whole",
        court="first_tier_tribunal",
        received_on="2022-06-13T23:30:00+00:00",
        grounds=["x"],
    )
    lodged = next(event for event in outcome.events if event.type == "appeal.lodged")
    assert law_date(lodged) == date(2022, 6, 14)
    assert lodged.facts()["received_on"] == "2022-06-14T00:30:00+01:00"
    assert "received on 14 June 2022, 00:30" in describe(next(e for e in outcome.events if e.type == "fine.appeal_lodged"))


def test_an_hour_inside_a_demand_is_told_in_the_regimes_zone_too() -> None:
    demand = {"id": "stop", "text": "Stop", "comply_by": "2022-07-31T23:30:00+00:00"}
    notice = in_force(requirements=[demand]).notice().notice
    assert notice is not None
    assert notice.facts()["requirements"][0]["comply_by"] == "2022-08-01T00:30:00+01:00"


def test_words_name_no_subject_so_that_it_can_be_erased() -> None:
    desk = appealed()
    everything = [describe(event) for history in desk.histories().values() for event in history]
    assert len(everything) > 20
    assert not [words for words in everything if "Clearview AI" in words]


def test_amounts_and_dates_of_law_are_told() -> None:
    desk = issued()
    event = desk.done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2022-05-18", reasons="A mistake.").events[0]
    assert describe(event) == "Penalty notice cancelled on 18 May 2022: A mistake."
    paid = PaymentRecorded.happened(
        envelope_of("fine.payment_recorded"), amount=Money.parse("GBP 7552800"), received_on=date(2022, 6, 1), reference="BACS 7"
    )
    assert describe(paid) == "Payment of GBP 7,552,800.00 received on 1 June 2022 (BACS 7)."


@given(st.text(min_size=1, max_size=2_000))
def test_long_and_odd_texts_become_one_line(text: str) -> None:
    paid = PaymentRecorded.model_construct(
        envelope=envelope_of("fine.payment_recorded"), amount=Money.parse("GBP 1"), received_on=date(2022, 6, 1), reference=text
    )
    words = describe(paid)
    assert len(words) < 300
    assert words.splitlines() == [words]
