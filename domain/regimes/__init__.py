"""Bodies of law as versioned data: a YAML file each, read and checked as a whole when the program starts."""

from domain.regimes._file import FileData, RuleData, require_known_holidays
from domain.regimes._load import Installed, check_file, installed, load_folder, regime, regimes, rules
from domain.regimes._place import Fault
from domain.regimes.regime import Maximum, Regime
from domain.regimes.rule import RuleVersion, version_in_force

__all__ = [
    "Fault",
    "FileData",
    "Installed",
    "Maximum",
    "Regime",
    "RuleData",
    "RuleVersion",
    "check_file",
    "installed",
    "load_folder",
    "regime",
    "regimes",
    "require_known_holidays",
    "rules",
    "version_in_force",
]
