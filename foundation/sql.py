"""SQL lives in files beside the code that runs it; each statement has a name."""

from __future__ import annotations

import re
from pathlib import Path

from foundation.errors import Misconfigured

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def load_statements(module_file: str | Path) -> dict[str, str]:
    """Read the statements of the `.sql` file beside a module, by the names in their `-- name: x` lines.

    Raises:
        Misconfigured: the file is missing, has no statement, or a name twice.
    """
    path = Path(module_file).with_suffix(".sql")
    if not path.is_file():
        msg = f"{path.name} is missing beside {Path(module_file).name}; the installation is incomplete, install it again"
        raise Misconfigured(msg)
    parts = _NAME.split(path.read_text(encoding="utf-8"))
    names, bodies = parts[1::2], parts[2::2]
    if not names or len(set(names)) != len(names):
        msg = f"{path.name} needs `-- name:` lines, each name once; found {names}"
        raise Misconfigured(msg)
    return {name: body.strip() for name, body in zip(names, bodies, strict=True)}
