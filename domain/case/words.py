"""Words for people: days, courts, deadlines, and the events that every case type shares."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from domain.case.deadline_events import (
    DeadlineExtended,
    DeadlineLapsed,
    DeadlineMet,
    DeadlinePassed,
    DeadlineRecomputed,
    DeadlineResumed,
    DeadlineStarted,
    DeadlineSuspended,
    Served,
)
from domain.case.events import (
    AppealEnded,
    Assigned,
    CaseEvent,
    Corrected,
    EvidenceAdded,
    HoldPlaced,
    HoldReleased,
    JustificationRecorded,
    NonComplianceOpened,
    Opened,
    PointsSetAside,
    Restored,
    SetAside,
    Stayed,
    StayEnded,
    TargetAppealLodged,
)
from domain.money import Money
from domain.regimes import regimes

_MOST = 160
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+([+-][0-9:]+|Z)$")
_ROLES = {
    "representations": "Time for representations",
    "penalty_limit": "Time limit for a penalty notice",
    "payment": "Time to pay",
    "early_payment": "Time for the reduced payment",
    "appeal": "Time to appeal",
    "appeal:variation": "Time to appeal against the variation",
    "appeal:refusal": "Time to appeal against the refusal",
    "permission": "Time to ask for permission to appeal onward",
    "onward": "Time to appeal onward",
    "comply": "Time to comply with each demand",
    "response": "Time to respond to each notice",
    "renewal": "Time to renew the application for permission",
    "reconsideration": "Time to ask for reconsideration",
}
_NAMED_ROLES = {
    "payment": "Time to pay instalment {}",
    "appeal": "Time to appeal against the notice {!r}",
    "response": "Time to respond to the notice {!r}",
    "comply": "Time to comply with {!r}",
    "renewal": "Time for the {} to renew the application for permission",
    "reconsideration": "Time for the {} to ask for reconsideration",
}


def day(moment: date | datetime) -> str:
    """`15 June 2022`, with the hour where one was given."""
    hour = f", {moment:%H:%M}" if isinstance(moment, datetime) else ""
    return f"{moment.day} {moment:%B %Y}{hour}"


def brief(text: str) -> str:
    """The beginning of a text that somebody wrote, on one line and without its full stop."""
    line = " ".join(text.split())
    return f"{line[: _MOST - 1].rstrip()}…" if len(line) > _MOST else line.rstrip(".")


def how_served(event: Served) -> str:
    """After the day of a service: by which method, and on which day it counts as received, with the law that says so."""
    by = f" by {brief(event.method)}"
    if event.deemed_on is None:
        return by
    law = f" ({_cited(event.deemed.rule.cites)})" if event.deemed else ""
    return f"{by}; by law it counts as received on {day(event.deemed_on)}{law}"


def plain(name: str) -> str:
    """A name of the vocabulary as people write it: `third_party` is `third party`."""
    return name.replace("_", " ")


def case_words(case_type: str) -> str:
    """`Enforcement notice` for `enforcement_notice`."""
    return "Non-compliance case" if case_type == "non_compliance" else plain(case_type).capitalize()


def court_name(court: str) -> str:
    """`Upper Tribunal` for `upper_tribunal`: the name that the installed law gives it, else its id, also where laws differ."""
    names = {known.name for law in regimes().values() for known in law.data.courts if known.court == court}
    return names.pop() if len(names) == 1 else plain(court)


def role_name(role: str) -> str:
    """What a deadline is for: `Time to comply with 'stop'` for `comply:stop`."""
    base, _, name = role.partition(":")
    if role in _ROLES:
        return _ROLES[role]
    return _NAMED_ROLES.get(base, f"Deadline {role}").format(name)


def roles_named(roles: tuple[str, ...]) -> str:
    """What several deadlines are for, in a row."""
    return ", ".join(role_name(role) if n == 0 else _lower(role_name(role)) for n, role in enumerate(roles))


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def describe_shared(event: CaseEvent) -> str | None:
    """An event of a type that every case shares, in a sentence; None: it is of another type."""
    match event:
        case Opened(reference=reference, cause=cause):
            return f"{case_words(event.case_type)} {reference} opened{' by the system itself' if cause else ''}."
        case Assigned(officer=officer, role=role):
            return f"{officer} is responsible now ({role})."
        case EvidenceAdded(title=title, source=source, obtained_on=obtained_on):
            return f"Evidence added: {brief(title)}, from {brief(source)}, obtained on {day(obtained_on)}."
        case HoldPlaced(reason=reason, placed_on=placed_on):
            return f"Legal hold placed on {day(placed_on)}: {brief(reason)}."
        case HoldReleased(reason=reason, released_on=released_on):
            return f"Legal hold released on {day(released_on)}: {brief(reason)}."
        case JustificationRecorded(role=role, reasons=reasons):
            return f"Reasons given for the delay ({role_name(role).lower()}): {brief(reasons)}."
        case Corrected(event_version=version, event=name, reason=reason):
            return f"Entry {version} ({plain(name.partition('.')[2])}) corrected: {_corrected(event)}. {brief(reason)}."
        case NonComplianceOpened(about=about, since=since):
            return f"A non-compliance case was opened ({role_name(about).lower()}): not done since {day(since)}."
        case _:
            return _describe_deadline(event) or _describe_appeal(event)


def _corrected(event: Corrected) -> str:
    """Each corrected field, as it is now and as it stood."""
    return "; ".join(
        f"{plain(name).removesuffix(' on')} {_value(value)} instead of {_value(event.before.get(name))}"
        for name, value in event.fields.items()
        if name != "deemed"  # how the law worked out a day that is told
    )


def _value(value: Any) -> str:
    """A value of a payload as people read it."""
    match value:
        case None:
            return "none"
        case {"amount": amount, "currency": currency}:
            return str(Money.from_event({"amount": amount, "currency": currency}))
        case str() if _DAY.fullmatch(value):
            return day(date.fromisoformat(value))
        case str() if _INSTANT.match(value):
            return day(datetime.fromisoformat(value))
        case list():
            return ", ".join(map(_value, value)) or "none"
        case _:
            return f"'{brief(str(value))}'"


def _describe_deadline(event: CaseEvent) -> str | None:
    match event:
        case DeadlineStarted(role=role, terms=terms):
            return f"{role_name(role)} began to run; it ends on {day(terms.due)} ({_cited(terms.rule.cites)})."
        case DeadlineExtended(role=role, terms=terms, old_due=old_due, authority=authority, reason=reason):
            ends = f"it ends on {day(terms.due)} instead of {day(old_due)}"
            return f"{role_name(role)} was extended by {plain(authority)}: {ends}. {brief(reason)}."
        case DeadlineSuspended(role=role, since=since, reason=reason, until=until):
            lasts = f" until {day(until)}" if until else ""
            return f"{role_name(role)} stands still since {day(since)}{lasts}: {brief(reason)}."
        case DeadlineResumed(role=role, resumed_on=resumed_on, terms=terms):
            return f"{role_name(role)} runs again from {day(resumed_on)}; it ends on {day(terms.due)}."
        case DeadlineRecomputed(role=role, terms=terms, old_due=old_due, reason=reason):
            moved = f"it ends on {day(terms.due)}" + ("" if terms.due == old_due else f" instead of {day(old_due)}")
            return f"{role_name(role)} was computed anew: {moved}. {brief(reason)}."
        case DeadlineMet(role=role, met_on=met_on):
            return f"{role_name(role)}: done in time, on {day(met_on)}."
        case DeadlinePassed(role=role, due=due, reason_owed=reason_owed):
            owed = " The reasons for the delay are owed." if reason_owed else ""
            return f"{role_name(role)} ended on {day(due)}.{owed}"
        case DeadlineLapsed(role=role, reason=reason):
            return f"{role_name(role)} no longer matters: {brief(reason)}."
        case _:
            return None


def _describe_appeal(event: CaseEvent) -> str | None:
    match event:
        case TargetAppealLodged(scope=scope, appellant=appellant, received_on=received_on):
            by = "its recipient" if appellant == "subject" else "a third party"
            return f"Appeal by {by} received on {day(received_on)} (scope: {plain(scope)})."
        case Stayed(roles=roles, ordered_on=ordered_on, until=until):
            lasts = f" until {day(until)}" if until else ""
            return f"By an order in the appeal, stands still since {day(ordered_on)}{lasts}: {_lower(roles_named(roles))}."
        case StayEnded(roles=roles, ended_on=ended_on):
            what = _lower(roles_named(roles)) if roles else "all that stood still by order"
            return f"By an order in the appeal, runs again from {day(ended_on)}: {what}."
        case SetAside(court=court, decided_on=decided_on):
            return f"Set aside by the {court_name(court)} on {day(decided_on)}; this can be reversed until the appeal is final."
        case PointsSetAside(court=court, decided_on=decided_on, points=points):
            only = f"Set aside by the {court_name(court)} on {day(decided_on)} only in: {brief('; '.join(points))}."
            return only if points else f"Set aside in no point any more, by the {court_name(court)} on {day(decided_on)}."
        case Restored(court=court, decided_on=decided_on, amount=amount):
            stands = f" The amount is {amount} again." if amount else ""
            return f"Stands again by the decision of the {court_name(court)} of {day(decided_on)}.{stands}"
        case AppealEnded(ended_on=ended_on, ending=ending):
            ended = "has been final since" if ending == "final" else "was withdrawn on"
            return f"The appeal {ended} {day(ended_on)}."
        case _:
            return None


def _cited(cites: tuple[str, ...]) -> str:
    return "; ".join(cites) or "no rule cited"
