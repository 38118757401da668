"""The cases of a script by their names: those that its steps opened, and those that the system opened itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from uuid import UUID

from domain.application import CaseApplication
from domain.case.events import Opened


class NeverCame(Exception):
    """No case of that name has come to be. No error: it tells the player to skip the step."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Cast:
    """Who is who in a matter."""

    def __init__(self, app: CaseApplication, matter_id: UUID) -> None:
        self._app = app
        self._matter_id = matter_id
        self._named: dict[str, UUID] = {}
        self._opened_by_system: dict[UUID, str | None] = {}

    def name(self, name: str, case_id: UUID) -> None:
        """A step opened a case under that name."""
        self._named[name] = case_id

    def id_of(self, name: str) -> UUID:
        """The case of a name.

        Raises:
            NeverCame: there is none.
        """
        found = self.names().get(name)
        if found is None:
            raise NeverCame(name)
        return found

    def names(self) -> Mapping[str, UUID]:
        """All cases that have a name, in order of opening: by the script, or the case type and a number."""
        by_id = {case_id: name for name, case_id in self._numbered()} | {case_id: name for name, case_id in self._named.items()}
        return {by_id[case_id]: case_id for case_id in self._app.cases_of(self._matter_id) if case_id in by_id}

    def _numbered(self) -> Iterator[tuple[str, UUID]]:
        numbers: Counter[str] = Counter()
        for case_id in self._app.cases_of(self._matter_id):
            case_type = self._type_if_opened_by_system(case_id)
            if case_type:
                numbers[case_type] += 1
                yield f"{case_type}-{numbers[case_type]}", case_id

    def _type_if_opened_by_system(self, case_id: UUID) -> str | None:
        if case_id not in self._opened_by_system:
            first = self._app.events_of(case_id)[0]
            by_system = isinstance(first, Opened) and first.cause is not None
            self._opened_by_system[case_id] = first.case_type if by_system else None
        return self._opened_by_system[case_id]
