"""`regcase reconcile`: read models and topic against the event store."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from deploy.kafka_admin import topic_reader
from deploy.topics import EVENTS
from domain.time_sources import MatterClocks
from foundation.database import Pool
from foundation.errors import Misconfigured, Transient
from foundation.settings import load_settings
from interfaces.cli.exits import Exit
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.progress import progress
from interfaces.cli.reading import reading_pool
from interfaces.cli.reconcile_page import Reconciled, as_json, print_reconciled
from projections.compare import compare, compare_positions
from projections.findings import TOPIC_KINDS, end_older, findings_since, open_findings, record, sweeps
from projections.operator_acts import skips
from projections.parking import parked_cases
from projections.ranges import RANGES
from projections.read_model import all_read_models
from projections.topic import Held, TopicPlace, look_at_topic

RECENTLY = timedelta(days=1)


def reconcile_command(
    full: Annotated[
        bool, typer.Option("--full", help="Compare every row of every read model, and every message of the topic.")
    ] = False,
    json: Json = False,
) -> None:
    """Hold the read models against the event store by counts and digests; with --full every row, and the topic.

    Tells besides which cases are parked, and what the reconciler found that stands open. Ends with 0 when nothing differs, 1 with
    each difference, 3 when only the topic could not be read. What is compared is as of one moment; nobody waits for it.
    """
    with reading_pool() as pool:
        found = _reconcile(pool, full=full)
    print_json(as_json(found)) if json else print_reconciled(found, Page())
    if found.differs:
        raise typer.Exit(Exit.DIFFERENCE)
    if full and found.topic is None and load_settings().kafka_bootstrap:
        raise typer.Exit(Exit.UNREACHABLE)


def _reconcile(pool: Pool, *, full: bool) -> Reconciled:
    found, page = Reconciled(full), Page(stderr=True)
    with progress(page, "counts and digests") as show:
        for number in range(len(RANGES)):
            found.differences += compare_positions(pool, number)
            show(number + 1, len(RANGES))
    if full:
        for name, model in all_read_models().items():
            with progress(page, name) as show:
                # What is behind is found by both.
                rows = compare(pool, model, show)
            found.differences += [d for d in rows if d.kind != "never_projected" or d not in found.differences]
        _look_at_topic(pool, found)
    found.parked = parked_cases(pool)
    found.left_out = skips(pool)
    found.open = open_findings(pool)
    found.healed = [one for one in findings_since(pool, MatterClocks(pool).wall() - RECENTLY) if one.healed]
    found.sweeps = sweeps(pool)
    return found


def _look_at_topic(pool: Pool, found: Reconciled) -> None:
    """Look at everything that the topic still has, and keep what was found."""
    # By the clock by which findings are kept.
    begun_at = MatterClocks(pool).wall()
    try:
        held = Held(EVENTS.name, EVENTS.partitions, EVENTS.retention, partial(topic_reader, load_settings()))
        found.topic = look_at_topic(pool, held, TopicPlace())
    except (Transient, Misconfigured) as error:
        found.topic_left_out = str(error)
        return
    record(pool, found.topic.findings)
    with pool.connection() as connection:
        end_older(connection, EVENTS.name, TOPIC_KINDS, begun_at)
