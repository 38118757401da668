"""What one claim of the timers costs the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from workers.timers import CLAIM, START, Place, claim_parameters


@dataclass(frozen=True)
class Cost:
    """What one claim took: pages looked at, rows read of the deadlines, ways of reading them that walk over all, milliseconds."""

    pages: int
    rows: int
    walks: list[str]
    milliseconds: float


def cost_of_a_claim(connection: psycopg.Connection[TupleRow], now: datetime, place: Place = START) -> Cost:
    """Have the claim done, and undone, with the database telling what it did."""
    with connection.transaction(force_rollback=True):
        row = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {CLAIM}", claim_parameters(now, place)).fetchone()
    assert row is not None
    top: dict[str, Any] = row[0][0]["Plan"]
    reads = [node for node in _all_nodes(top) if node.get("Relation Name") == "deadlines"]
    return Cost(
        pages=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
        rows=sum(round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]) for node in reads),
        walks=[json.dumps(node) for node in reads if "Index Cond" not in json.dumps(node)],
        milliseconds=row[0][0]["Execution Time"],
    )


def _all_nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(below for plan in node.get("Plans", ()) for below in _all_nodes(plan))]
