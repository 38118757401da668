"""`regcase cases`: the docket."""

from __future__ import annotations

from domain.case.words import court_name
from interfaces.cli.options import Json, Matter
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import day, money, reading_pool, rows_as_json
from interfaces.cli.stale import print_rows, tell_what_is_stale
from projections import reading
from projections.reading import CaseRow


def cases(matter: Matter = None, json: Json = False) -> None:
    """List the docket: each case with its state, its sums, and what falls due next."""
    with reading_pool() as pool:
        matter_id = reading.find_matter(pool, matter) if matter else None
        rows = reading.cases(pool, matter_id=matter_id)
        tell_what_is_stale(pool, reading.READS["cases"], matter_id=matter_id)
    if json:
        print_json(rows_as_json(rows))
    else:
        print_docket(rows, Page())


def print_docket(rows: list[CaseRow], page: Page) -> None:
    """The docket as a table."""
    if not rows:
        page.line("There are no cases yet. `regcase load FILE` brings some in from a case script.")
        return
    print_rows(
        page,
        rows,
        ("case", "type", "state", "subject", "amount", "outstanding", "notes", "next due", "id"),
        [
            (
                row.reference,
                row.case_type.replace("_", " "),
                row.state.replace("_", " "),
                row.subject,
                money(row.amount, row.currency),
                money(row.outstanding, row.currency),
                ", ".join(_notes(row)),
                f"{day(row.next_due)} {row.next_role}" if row.next_due else "",
                str(row.case_id)[:8],
            )
            for row in rows
        ],
        right=("amount", "outstanding"),
        wrap=("type", "state", "subject", "notes", "next due"),
    )


def _notes(row: CaseRow) -> list[str]:
    notes = {
        "under appeal": row.under_appeal,
        "final": bool(row.final),
        "in recovery": row.in_recovery,
        "legal hold": row.on_hold,
        "opened by a timer": row.opened_by_system,
        "a reason is owed": bool(row.reasons_owed),
        f"{money(row.refund_due, row.currency)} to be refunded": bool(row.refund_due),
    }
    told = [note for note, holds in notes.items() if holds]
    return [*told, f"before the {court_name(row.tier)}"] if row.tier and row.state in ("lodged", "decided") else told
