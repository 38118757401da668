"""The rules of `deploy/alarms/`, and what processes told, put together as Prometheus has it."""

from __future__ import annotations

import http.client
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from deploy.local.notes import noted_health_ports
from deploy.local.places import Places
from foundation.metrics import REGISTRY
from tests.promql import Expression, Labels, Scrape, Vector
from tests.system import System

FOLDER = Path(__file__).resolve().parents[1] / "deploy" / "alarms"
_SECONDS = 2.0


@dataclass(frozen=True)
class Rule:
    """An alarm."""

    name: str
    expression: Expression
    labels: dict[str, str]
    annotations: dict[str, str]
    fields: frozenset[str]


def rules() -> dict[str, Rule]:
    """All of them, by name."""
    read = YAML(typ="safe", pure=True).load((FOLDER / "regcase.yml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = [rule for group in read["groups"] for rule in group["rules"]]
    return {
        rule["alert"]: Rule(rule["alert"], Expression(rule["expr"]), rule["labels"], rule["annotations"], frozenset(rule))
        for rule in found
    }


def fires(name: str, *scrapes: Scrape) -> Vector:
    """For which labels a rule holds after these scrapes."""
    return rules()[name].expression.fires(*scrapes)


def told_here() -> Scrape:
    """What this process tells."""
    return _samples(text_string_to_metric_families(generate_latest(REGISTRY).decode()), "here")


def scrape(system: System) -> Scrape:
    """What every process of ours tells, `up` included, whether it runs or not."""
    found: dict[tuple[str, Labels], float] = {}
    for name, port in noted_health_ports(Places(system.settings.data).notes).items():
        told = _ask(port)
        found[("up", frozenset({("job", "regcase"), ("instance", name)}))] = float(told is not None)
        found |= _samples(text_string_to_metric_families(told or ""), name)
    return found


def _ask(port: int) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _samples(families: Iterable[Metric], instance: str) -> dict[tuple[str, Labels], float]:
    return {
        (sample.name, frozenset({*sample.labels.items(), ("job", "regcase"), ("instance", instance)})): sample.value
        for family in families
        for sample in family.samples
    }
