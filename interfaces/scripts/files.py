"""Several scripts at once: all are read before the first is played."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from interfaces.scripts.model import Script
from interfaces.scripts.parse import parse_file
from interfaces.scripts.yaml_tree import Fault, Malformed, Place


class MalformedFiles(Malformed):
    """One file or more are no scripts. Holds each file's own error."""

    def __init__(self, errors: list[Malformed]) -> None:
        super().__init__(errors[0].faults, errors[0].source)
        self.errors = errors
        self.args = ("\n".join(str(error) for error in errors),)


def parse_files(paths: Sequence[Path]) -> list[Script]:
    """Read scripts.

    Raises:
        MalformedFiles: some cannot be read, are no scripts, or tell of a matter that another one tells of.
    """
    scripts: list[Script] = []
    errors: list[Malformed] = []
    for path in paths:
        try:
            script = parse_file(path)
            _require_new_matter(script, scripts)
            scripts.append(script)
        except Malformed as error:
            errors.append(error)
    if errors:
        raise MalformedFiles(errors)
    return scripts


def require_past(scripts: Sequence[Script], now: datetime) -> None:
    """See that a running system can play scripts.

    Raises:
        MalformedFiles: steps lie in the future.
    """
    errors = []
    for script in scripts:
        faults = [
            Fault(
                step.at_place, f"{step.at} lies in the future; a running system cannot be there yet; `regcase rehearse` plays it"
            )
            for step in script.steps
            if step.at > now
        ]
        if faults:
            errors.append(Malformed(faults, script.source))
    if errors:
        raise MalformedFiles(errors)


def _require_new_matter(script: Script, others: Sequence[Script]) -> None:
    for other in others:
        if other.matter == script.matter:
            message = f"the matter {script.matter!r} is told in {other.source} as well; give each script its own"
            raise Malformed([Fault(Place(1, 1), message)], script.source)
