"""What a rehearsal showed, as a caseworker reads it: the time line with worked steps, how the cases stand, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.case.case import Case
from domain.case.events import CaseEvent
from domain.case.words import court_name, role_name
from domain.regimes import regime
from domain.words import describe, worked_steps
from interfaces.cli.page import Page
from interfaces.facts import facts_of
from interfaces.scripts.model import Step
from interfaces.scripts.report import PlayedStep, Report

_EVENT = 6
_STEPS = 10


class RehearsalPage:
    """Prints one report."""

    def __init__(self, report: Report, page: Page) -> None:
        self._report = report
        self._page = page
        self._law = regime(report.script.regime)
        self._day = ""
        self._widest = max(map(len, report.names), default=0)

    def print(self) -> None:
        """Everything: what happened when, how the cases stand, and whether it was as stated."""
        script = self._report.script
        self._page.line(script.title, style="bold")
        self._page.line(
            f"Matter {script.matter}, under {self._law.title} ({script.regime}); {len(script.steps)} steps.", style="dim"
        )
        for played in self._report.steps:
            self._fell_due(played)
            self._step(played)
        self._page.line()
        print_standing(self._report.cases, self._page)
        self._verdict()

    def _heading(self, moment: datetime) -> None:
        local = moment.astimezone(self._law.time_zone)
        day = f"{local:%A} {local.day} {local:%B %Y}"
        if day != self._day:
            self._day = day
            self._page.line()
            self._page.line(day, style="bold cyan")

    def _fell_due(self, played: PlayedStep) -> None:
        for event in played.fell_due:
            self._heading(event.recorded)
            self._event(event)

    def _step(self, played: PlayedStep) -> None:
        step = played.step
        self._heading(step.at)
        if step.do:
            self._page.line(f"{step.number:>3}. {step.by and step.by.id} ({step.by and step.by.role}): {step.do}{_about(step)}")
        if played.refusal:
            self._refusal(played)
        for event in played.events:
            self._event(event)
        if played.step.do and not (played.events or played.refusal or played.skipped):
            self._page.line("Nothing was to be done.", indent=_EVENT)
        if step.expect and not played.differences:
            where = "" if step.do else f"{step.number:>3}. "
            self._page.line(f"{where}As stated: {_expected(step)}.", indent=_EVENT if step.do else 0, style="green")
        for difference in played.differences:
            text = f"DIFFERENT: {difference.what}: stated {difference.stated}; happened {difference.happened}"
            self._page.line(text, indent=_EVENT, style="bold red")

    def _refusal(self, played: PlayedStep) -> None:
        assert played.refusal is not None
        as_stated = ", as stated" if played.step.refused and not played.differences else ""
        message = str(played.refusal["message"]).removeprefix("Refused: ")
        cites = f" ({'; '.join(played.refusal['cites'])})" if played.refusal["cites"] else ""
        self._page.line(f"Refused{as_stated} [{played.refusal['code']}]: {message}{cites}", indent=_EVENT, style="yellow")

    def _event(self, event: CaseEvent) -> None:
        self._page.entry(self._report.name_of(event.case_id), describe(event), indent=_EVENT, width=self._widest)
        beside = _EVENT + self._widest + 2 if self._page.is_terminal else _STEPS
        for sentence in worked_steps(event):
            self._page.bullet(sentence, indent=beside, style="dim")

    def _verdict(self) -> None:
        differences = self._report.differences
        steps, statements = len(self._report.steps), sum(played.statements for played in self._report.steps)
        if not differences:
            self._page.line(f"Everything happened as stated: {steps} steps, {statements} statements.", style="bold green")
            return
        number = "1 difference" if len(differences) == 1 else f"{len(differences)} differences"
        self._page.line(f"{number} between what was stated and what happened:", style="bold red")
        for difference in differences:
            self._page.line(str(difference), indent=2)


def print_standing(cases: Mapping[str, Case], page: Page) -> None:
    """How cases stand, and their deadlines, as tables."""
    rows = [(name, case.reference, case.state, *_money_and_notes(case)) for name, case in cases.items()]
    page.table(
        ("case", "reference", "state", "amount", "outstanding", "notes"),
        rows,
        title="How the cases stand",
        right=("amount", "outstanding"),
        wrap=("notes",),
    )
    deadlines = [
        (name, role_name(deadline.role), str(deadline.due), deadline.status, "; ".join(deadline.cites))
        for name, case in cases.items()
        for deadline in case.deadlines.values()
    ]
    page.line()
    page.table(("case", "deadline", "due", "status", "law"), deadlines, title="Deadlines", wrap=("deadline", "status", "law"))
    page.line()


def _money_and_notes(case: Case) -> tuple[str, str, str]:
    facts = facts_of(case)
    notes = [word.replace("_", " ") for word in ("under_appeal", "final", "in_recovery") if facts.get(word)]
    if facts.get("refund_due"):
        notes.append(f"{facts['refund_due']} to be refunded")
    if "tier" in facts:
        notes.append(
            f"before the {court_name(facts['tier'])}" if case.is_open else f"last before the {court_name(facts['tier'])}"
        )
    if case.hold:
        notes.append("legal hold")
    sums = (str(facts["amount"]), str(facts["outstanding"])) if facts.get("amount") else ("", "")
    return (*sums, ", ".join(notes))


def _about(step: Step) -> str:
    if step.named:
        return f", opens {step.named}"
    return f" on {step.on}" if step.on else ""


def _expected(step: Step) -> str:
    assert step.expect is not None
    parts = []
    for case in step.expect.cases:
        named = [*case.stated, *(f"deadline {deadline.role}" for deadline in case.deadlines)]
        parts.append(f"{case.case} ({', '.join(name.replace('_', ' ') for name in named)})")
    if step.expect.number_of_cases is not None:
        parts.append(f"{step.expect.number_of_cases} cases")
    return "; ".join(parts)
