"""The kinds of faults, a family in each file; each exports `FAULTS`."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from tests.faults.fault import Fault


def all_faults() -> list[Fault]:
    """Every kind of every family, in the order of the files' names."""
    families = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [fault for family in families for fault in import_module(f"{__name__}.{family}").FAULTS]
