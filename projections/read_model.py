"""What a read model is, and how the ones in the folder are found."""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from domain.case.events import CaseEvent
from foundation.errors import Misconfigured
from foundation.sql import load_statements
from projections import read_models


class UnknownReadModel(Misconfigured):
    """There is no read model of that name."""


Generation = Literal["live", "next", "old", "check", "aside"]
"""`live` is read; `next` is being built beside it; `old` was live and is kept; `check` is built to compare with, seen by its session
only; `aside` stands only while two change places."""


@dataclass(frozen=True)
class Change:
    """One statement of the read model's `.sql`, by its name, with its parameters; the engine adds `case_id`."""

    statement: str
    parameters: Mapping[str, Any]

    def __init__(self, statement: str, **parameters: Any) -> None:
        object.__setattr__(self, "statement", statement)
        object.__setattr__(self, "parameters", parameters)


@dataclass(frozen=True)
class ReadModel:
    """A read model: its name, what each event changes, and its statements.

    `digest` tells whether stored tables were built by this very definition: the pair of files, and the modules that the
    read model names in `ALSO_DEFINED_BY` because its rows hold what they say.
    """

    name: str
    changes: Callable[[CaseEvent], Iterable[Change]]
    statements: Mapping[str, str]
    digest: str

    def schema(self, generation: Generation = "live") -> str:
        """The database schema that holds a generation of it."""
        match generation:
            case "live":
                return f"read_{self.name}"
            case "check":
                return "pg_temp"
            case _:
                return f"read_{self.name}_{generation}"


@cache
def all_read_models() -> Mapping[str, ReadModel]:
    """Every read model of the folder, by name.

    Raises:
        Misconfigured: half a pair, or a module without `changes`.
    """
    folder = Path(read_models.__path__[0])
    modules = {module.name for module in pkgutil.iter_modules(read_models.__path__)}
    orphans = {path.stem for path in folder.glob("*.sql")} - modules
    if orphans:
        msg = f"read models {sorted(orphans)} have a .sql and no .py; each needs both"
        raise Misconfigured(msg)
    return {name: _load(folder, name) for name in sorted(modules)}


def read_model(name: str) -> ReadModel:
    """The read model of that name.

    Raises:
        UnknownReadModel: there is none.
    """
    known = all_read_models()
    if name not in known:
        msg = f"There is no read model {name!r}; there are {', '.join(known)}."
        raise UnknownReadModel(msg)
    return known[name]


def _load(folder: Path, name: str) -> ReadModel:
    statements = load_statements(folder / f"{name}.py")
    module = import_module(f"{read_models.__name__}.{name}")
    changes = getattr(module, "changes", None)
    if changes is None or "tables" not in statements:
        msg = f"read model {name!r} needs a function `changes` in its .py and the statement `tables` in its .sql"
        raise Misconfigured(msg)
    files = [folder / f"{name}.py", folder / f"{name}.sql"]
    files += [Path(str(also.__file__)) for also in getattr(module, "ALSO_DEFINED_BY", ())]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return ReadModel(name, changes, statements, digest)
