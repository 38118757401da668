"""A command: what is asked, of which case, by whom, under which key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError
from pydantic_core import ErrorDetails

from domain.case.commands import Act
from domain.faults import words_for
from domain.fields import Key, day_of
from domain.money import Money
from domain.names import COMMANDS
from domain.refusals import Malformed
from domain.regimes import Regime
from domain.roles import Actor
from domain.subject import Subject


class Command(BaseModel):
    """A command as it arrives. `data` are the fields of the vocabulary; they are checked by `act_of`.

    Args:
        name: `fine.give_notice_of_intent`.
        on: the case addressed; None for a command that opens one.
        matter_id: for `investigation.open`, the matter to begin; None: one derived from the key.
        expected_version: the version that the addressed case must be at.
        correlation_id: ties together what came of one request; None: the key.
        causation_id: what led to it, where that was not a person's request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    data: Mapping[str, Any] = Field(default_factory=dict)
    on: UUID | None = None
    actor: Actor
    idempotency_key: Key
    expected_version: StrictInt | None = Field(default=None, ge=0)
    correlation_id: Key | None = None
    causation_id: Key | None = None
    matter_id: UUID | None = None

    def digest(self) -> str:
        """A digest of everything that makes it this command: the same key with another digest is refused."""
        said = {
            "name": self.name,
            "data": self.data,
            "on": self.on,
            "role": self.actor.role,
            "expected_version": self.expected_version,
            "matter_id": self.matter_id,
        }
        try:
            written = json.dumps(_plain(said), sort_keys=True, default=str)
        except (RecursionError, ValueError):  # nested without end: no well-formed command, so never saved under a key
            written = "cannot be written"
        return hashlib.sha256(written.encode()).hexdigest()


def act_of(command: Command) -> Act:
    """Check a command's form.

    Raises:
        Malformed: an unknown command, no case where one is needed, or wrong fields: all faults at once.
    """
    act_type = COMMANDS.get(command.name)
    if act_type is None:
        message = f"Refused: there is no command {shown(command.name)!r}. See the list of commands in the documentation."
        raise Malformed(message, faults=[{"field": "command", "problem": "unknown"}])
    faults = []
    if command.on is None and act_type.OPENS == "never":
        faults.append({"field": "on", "problem": f"{command.name} needs the case that it is given on"})
    if command.on is not None and act_type.OPENS == "always":
        faults.append({"field": "on", "problem": f"{command.name} opens a new case; name none"})
    try:
        act = act_type.model_validate(dict(command.data))
    except ValidationError as error:
        raise malformed(command.name, faults + faults_in(error)) from None
    if faults:
        raise malformed(command.name, faults)
    return act


def faults_in(error: ValidationError) -> list[dict[str, str]]:
    """Every fault of form, as a refusal tells them: the field, and what is wrong with it."""
    faults = error.errors()
    told = [fault for fault in faults if fault["type"] != "too_short" or not _holds_another(fault["loc"], faults)]
    return [{"field": _where(fault["loc"]), "problem": shown(words_for(fault))} for fault in told]


def _holds_another(place: tuple[int | str, ...], faults: Sequence[ErrorDetails]) -> bool:
    """Whether a list seems too short only because what stands in it has faults, which are told themselves."""
    return any(len(fault["loc"]) > len(place) and fault["loc"][: len(place)] == place for fault in faults)


def in_zone_of(law: Regime, said: Any) -> Any:
    """The same act with every instant told by the clocks of the regime, so that its day is the day in law."""
    match said:
        case datetime():
            local = said.astimezone(law.time_zone)
            return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))
        case BaseModel():
            fields = {name: getattr(said, name) for name in type(said).model_fields}
            changed = {name: told for name, given in fields.items() if (told := in_zone_of(law, given)) is not given}
            return said.model_copy(update=changed) if changed else said
        case tuple():
            return tuple(in_zone_of(law, item) for item in said)
        case dict():
            return {key: in_zone_of(law, item) for key, item in said.items()}
        case _:
            return said


def require_fitting(act: Act, name: str, *, today: date, law: Regime) -> None:
    """Refuse dates of acts after the clock's day, money in another currency than the regime's, and what else it rules out.

    Raises:
        Malformed: one or more do; all are told.
    """
    faults = unfitting(act, today=today, law=law)
    if faults:
        raise malformed(name, faults)


def unfitting(act: Act, *, today: date, law: Regime) -> list[dict[str, str]]:
    """What of an act does not fit the clock's day or the regime: the fields, and what is wrong with them."""
    faults = [{"field": field, "problem": problem} for field, problem in act.faults_under(law)]
    for field, info in type(act).model_fields.items():
        given, shown = getattr(act, field), info.alias or field
        is_act = (field.endswith("_on") and field not in act.MAY_LIE_AHEAD) or field in act.DONE_BY_NOW
        if is_act and isinstance(given, date | datetime) and day_of(given) > today:
            problem = f"{given} lies after today, {today}; an act cannot be entered ahead"
            faults.append({"field": shown, "problem": problem})
        faults += [
            {"field": shown, "problem": f"{money} is not in {law.currency}, the currency of {law.id}"}
            for money in _sums_in(given)
            if money.currency != law.currency
        ]
    return faults


def _sums_in(given: Any) -> Iterator[Money]:
    """Every sum in a field, but a subject's turnover, which may be in any currency."""
    match given:
        case Money():
            yield given
        case Subject():
            return
        case BaseModel():
            for field in type(given).model_fields:
                yield from _sums_in(getattr(given, field))
        case tuple():
            for item in given:
                yield from _sums_in(item)
        case dict():
            for item in given.values():
                yield from _sums_in(item)
        case _:
            return


def malformed(name: str, faults: list[dict[str, str]]) -> Malformed:
    """The refusal of a command for its form, with all its faults."""
    listed = "; ".join(f"{fault['field']}: {fault['problem']}" for fault in faults[:_MOST_FAULTS_IN_WORDS])
    more = len(faults) - _MOST_FAULTS_IN_WORDS
    rest = f"; and {more} more" if more > 0 else ""
    return Malformed(f"Refused: {name} is not well formed. {listed}{rest}.", faults=faults[:_MOST_FAULTS], count=len(faults))


def _where(location: tuple[int | str, ...]) -> str:
    return shown(".".join(str(part) for part in location)) or "with"


def shown(text: str) -> str:
    """A text from outside as a message can carry it: short, and without what no output could print."""
    short = text if len(text) <= _MOST_LETTERS_SHOWN else text[:_MOST_LETTERS_SHOWN] + "..."
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in short)


def _plain(value: Any) -> Any:
    """The same with every key as text, so that it can be written in one order."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


_MOST_FAULTS_IN_WORDS = 20
_MOST_FAULTS = 1000
_MOST_LETTERS_SHOWN = 300
