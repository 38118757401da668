"""Reads a case script. Every fault is told with line and column, all at once where one does not hide another."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from domain.case.events import CaseType
from domain.fields import FIRST_DAY, LAST_DAY
from domain.names import COMMANDS
from domain.refusals import REFUSALS
from domain.regimes import regime, regimes
from domain.roles import Actor, Role
from interfaces.scripts.expectation import ExpectationReader
from interfaces.scripts.model import Refused, Script, Step, case_type_of_system_name
from interfaces.scripts.nodes import Reader
from interfaces.scripts.references import names_in
from interfaces.scripts.yaml_tree import MOST_BYTES, Fault, Malformed, Place, place_of, read_text, shown, tree_of

MOST_STEPS = 2_000
_MATTER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CASE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_NOON = time(12)


def parse_file(path: Path) -> Script:
    """Read a script from a file.

    Raises:
        Malformed: the file cannot be read, or is no script; holds every fault with its place.
    """
    try:
        with path.open("rb") as file:
            given = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Malformed([Fault(Place(1, 1), f"cannot be read: {error.strerror}")], str(path)) from None
    try:
        return parse(given, source=str(path))
    except Malformed as malformed:
        raise Malformed(malformed.faults, str(path)) from None


def parse(given: bytes, *, source: str = "") -> Script:
    """Read a script.

    Raises:
        Malformed: it is none; holds every fault with its place.
    """
    return _ScriptReader(source).script(tree_of(read_text(given)))


class _ScriptReader(Reader):
    def __init__(self, source: str) -> None:
        super().__init__()
        self._source = source
        self._actors: dict[str, Actor] = {}
        self._cases: dict[str, CaseType] = {}
        self._doubtful: set[str] = set()
        """Names of actors and cases that were given in a faulty way: their use is no further fault."""
        self._zone = ZoneInfo("UTC")
        self._last: datetime | None = None

    def script(self, root: Node) -> Script:
        fields = self.fields(root, "a script", required=("matter", "title", "regime", "actors", "steps"))
        matter = self.word(fields, "matter", _MATTER, "letters, digits, dot, dash and underscore, at most 100")
        title = self.text(fields, "title")
        regime_id = self._regime(fields)
        self._read_actors(fields.get("actors"))
        steps = self._steps(fields.get("steps"))
        if self.faults:
            raise Malformed(self.faults)
        return Script(matter, title, regime_id, self._actors, steps, self._source)

    def _regime(self, fields: dict[str, Node]) -> str:
        given = self.text(fields, "regime")
        if "regime" in fields and given in regimes():
            self._zone = regime(given).time_zone
        elif given:
            known = ", ".join(sorted(regimes()))
            self.fault(place_of(fields["regime"]), f"the regime {shown(given)} is unknown; known are {known}")
        return given

    def _read_actors(self, node: Node | None) -> None:
        if node is None:
            return
        if not isinstance(node, MappingNode):
            self.fault(place_of(node), "actors must be a mapping such as {caseworker: officer}")
            return
        for name, value, place in self.entries(node):
            role = self.value(value)
            if role not in get_args(Role):
                known = ", ".join(get_args(Role))
                self.fault(place_of(value), f"the role {shown(role)} is unknown; roles are {known}")
                self._doubtful.add(name)
                continue
            try:
                self._actors[name] = Actor(id=name, role=role)
            except ValidationError:
                message = f"the actor {shown(name)} is not a word of letters, digits and . _ @ -, at most 100"
                self.fault(place, message)

    def _steps(self, node: Node | None) -> tuple[Step, ...]:
        if node is None:
            return ()
        if not isinstance(node, SequenceNode) or not node.value:
            self.fault(place_of(node), "steps must be a list of one step or more")
            return ()
        if len(node.value) > MOST_STEPS:
            self.fault(place_of(node), f"there are {len(node.value)} steps; at most {MOST_STEPS} are read")
            return ()
        steps = (self._step(number, item) for number, item in enumerate(node.value, start=1))
        return tuple(step for step in steps if step)

    def _step(self, number: int, node: Node) -> Step | None:
        fields = self.fields(node, "a step", required=("at",), optional=("do", "as", "on", "by", "with", "refused", "expect"))
        if not isinstance(node, MappingNode):
            return None
        at = self._at(fields.get("at"))
        written = self.value(node)
        command = self._command(fields)
        by = self._by(fields, command)
        refused = self._refused(fields.get("refused"))
        on = self._case_on(fields)
        data, references = self._with(fields.get("with"), command)
        self._without_command(fields, command)
        named = self._named(fields, command, refused=refused is not None)
        expect = (
            ExpectationReader(self.faults, self._cases, self._doubtful).read(fields["expect"]) if "expect" in fields else None
        )
        if at is None:
            return None
        line, at_place = node.start_mark.line + 1, place_of(fields["at"])
        return Step(number, line, at, at_place, written, command, named, on, by, data, references, refused, expect)

    def _at(self, node: Node | None) -> datetime | None:
        if node is None:
            return None
        given = self.value(node)
        instant = _instant(given, self._zone)
        if instant is None:
            form = "a date such as 2022-05-18, or an instant such as 2022-05-18T16:30:00+01:00"
            self.fault(place_of(node), f"at is {shown(given)}; write {form}, from {FIRST_DAY} to {LAST_DAY}")
            return None
        if self._last and instant < self._last:
            self.fault(place_of(node), f"at goes backwards: {shown(given)} is before the step above ({self._last})")
            return None
        self._last = instant
        return instant

    def _command(self, fields: dict[str, Node]) -> str | None:
        if "do" not in fields:
            return None
        given = self.text(fields, "do")
        if given in COMMANDS and not given.endswith(".fire_deadline"):
            return given
        if given:
            message = f"the command {shown(given)} is unknown; `regcase commands` lists them"
            self.fault(place_of(fields["do"]), message)
        return None

    def _by(self, fields: dict[str, Node], command: str | None) -> Actor | None:
        if "by" not in fields:
            if command:
                self.fault(place_of(fields["do"]), "a step with a command needs the key 'by': who gives it")
            return None
        given = self.text(fields, "by")
        if given and given not in self._actors and given not in self._doubtful:
            known = ", ".join(self._actors) or "none"
            self.fault(place_of(fields["by"]), f"the actor {shown(given)} is unknown; the script's are {known}")
        return self._actors.get(given)

    def _refused(self, node: Node | None) -> Refused | None:
        if node is None:
            return None
        fields = self.fields(node, "refused", optional=("code",))
        if "code" not in fields:
            return Refused()
        code = self.text(fields, "code")
        if code and code not in REFUSALS:
            known = ", ".join(REFUSALS)
            self.fault(place_of(fields["code"]), f"the code {shown(code)} is unknown; codes are {known}")
        return Refused(code)

    def _case_on(self, fields: dict[str, Node]) -> str | None:
        if "on" not in fields:
            return None
        given = self.text(fields, "on")
        if given:
            self._require_case(given, place_of(fields["on"]))
        return given

    def _require_case(self, name: str, place: Place) -> None:
        if name in self._cases or name in self._doubtful or case_type_of_system_name(name):
            return
        known = ", ".join(self._cases) or "none yet"
        self.fault(place, f"the case {shown(name)} is unknown; cases named so far: {known}")

    def _with(self, node: Node | None, command: str | None) -> tuple[dict[str, Any], tuple[str, ...]]:
        if node is None:
            return {}, ()
        if not isinstance(node, MappingNode):
            self.fault(place_of(node), "with must be a mapping of the command's fields")
            return {}, ()
        data = self.value(node)
        references = names_in(command, node) if command else ()
        for name, place in references:
            self._require_case(name, place)
        return data, tuple(name for name, _ in references)

    def _without_command(self, fields: dict[str, Node], command: str | None) -> None:
        if command or "do" in fields:
            return
        for key in ("as", "on", "by", "with", "refused"):
            if key in fields:
                self.fault(place_of(fields[key]), f"{key!r} needs the key 'do': a step without it only moves the clock")

    def _named(self, fields: dict[str, Node], command: str | None, *, refused: bool) -> str | None:
        """The name that the step gives to the case it opens. A refused step opens none, so its name stays free."""
        if "as" not in fields:
            return None
        place = place_of(fields["as"])
        name = self.word(fields, "as", _CASE_NAME, "letters, digits, dot, dash and underscore, at most 64")
        if name and command is None and "do" in fields:
            self._doubtful.add(name)
        if not name or command is None:
            return None
        if case_type_of_system_name(name) or name == "cases":
            self.fault(place, f"the name {shown(name)} is kept for the system; choose another")
        elif name in self._cases:
            self.fault(place, f"the name {shown(name)} is given twice; each case has its own")
        elif COMMANDS[command].OPENS == "never" or (COMMANDS[command].OPENS == "if_absent" and "on" in fields):
            self.fault(place, f"'as' names a new case, but {command} opens none here; use 'on'")
        elif not refused:
            self._cases[name] = next(kind for kind in get_args(CaseType) if kind == command.partition(".")[0])
            return name
        return None


def _instant(given: object, zone: ZoneInfo) -> datetime | None:
    if not isinstance(given, str):
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
            instant = datetime.combine(date.fromisoformat(given), _NOON, tzinfo=zone)
        else:
            instant = datetime.fromisoformat(given)
    except ValueError:
        return None
    if instant.tzinfo is None or not FIRST_DAY <= instant.date() <= LAST_DAY:
        return None
    return instant
