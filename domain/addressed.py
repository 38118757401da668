"""What a command is addressed to: the case, its matter and its law, with the other cases that the command names."""

from __future__ import annotations

from typing import cast

from domain.case.commands import Act
from domain.case.events import CaseType
from domain.commands import Command
from domain.identifiers import opened_case_id
from domain.refusals import Conflict, Malformed, WrongState
from domain.regimes import Regime, regime, regimes
from domain.unit_of_work import UnitOfWork


class Addressed:
    """The case that a command is about, and the others that it names, loaded.

    Raises:
        UnknownCase: one of them does not exist.
        Malformed: one is of a type that the command does not take, or the regime is unknown.
    """

    def __init__(self, command: Command, act: Act, work: UnitOfWork) -> None:
        self._act = act
        self.case = work.case(command.on) if command.on else None
        self.case_type = cast("CaseType", command.name.partition(".")[0])
        named = [(field, work.case(case_id), types) for field, case_id, types in act.others()]
        wrong = [
            {"field": field, "problem": f"names a case of type {case.TOPIC}; it takes {' or '.join(types)}"}
            for field, case, types in named
            if case.TOPIC not in types
        ]
        if self.case and self.case_type != self.case.TOPIC:
            wrong.append({"field": "on", "problem": f"names a case of type {self.case.TOPIC}, not {self.case_type}"})
        if wrong:
            listed = "; ".join(f"{fault['field']} {fault['problem']}" for fault in wrong)
            raise Malformed(f"Refused: {command.name}: {listed}.", faults=wrong)
        self.origin = self.case or next((case for _, case, _ in named), None)
        self.case_id = opened_case_id(command.actor.id, command.idempotency_key)
        self.matter_id = (
            self.origin.matter_id if self.origin else command.matter_id or opened_case_id("matter", str(self.case_id))
        )

    def require_new_matter(self, work: UnitOfWork) -> None:
        """Refuse to begin a matter that has begun.

        Raises:
            WrongState: it has an investigation already.
        """
        if self.origin is None and work.cases_of(self.matter_id):
            message = f"Refused: the matter {self.matter_id} has begun already; one investigation begins one matter."
            raise WrongState(message, matter_id=str(self.matter_id))

    def law(self) -> Regime:
        """The regime that the case, or the investigation to be opened, is under."""
        if self.origin:
            return regime(self.origin.regime)
        wanted = getattr(self._act, "regime", "")
        if wanted not in regimes():
            known = ", ".join(sorted(regimes()))
            fault = {"field": "regime", "problem": f"{wanted!r} is unknown; known are {known}"}
            raise Malformed(f"Refused: the regime {wanted!r} is unknown; known are {known}.", faults=[fault])
        return regime(wanted)

    def require_version(self, expected: int | None) -> None:
        """Refuse when the addressed case has moved on.

        Raises:
            Conflict: it has.
        """
        at = self.case.version if self.case else 0
        if expected is not None and expected != at:
            message = f"Refused: the case is at version {at}, not {expected}. Read it again and decide anew."
            raise Conflict(message, expected=expected, actual=at)
