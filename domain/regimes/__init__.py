"""Bodies of law as versioned data: a YAML file each, read and checked as a whole when the program starts."""

from domain.regimes._load import load_regimes, regime, regimes
from domain.regimes.regime import Maximum, Regime
from domain.regimes.rule import RuleVersion

__all__ = ["Maximum", "Regime", "RuleVersion", "load_regimes", "regime", "regimes"]
