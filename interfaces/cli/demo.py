"""`regcase demo`: sets the system up, plays real cases through all of it, and shows the result."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from deploy.local import down
from domain.regimes import regime
from foundation.errors import Misconfigured
from foundation.settings import load_settings
from interfaces.cli.cases import print_docket
from interfaces.cli.deadlines import explain_deadline, print_deadlines
from interfaces.cli.page import Page
from interfaces.cli.penalties import print_penalties
from interfaces.cli.progress import Progress
from interfaces.cli.siblings import print_groups
from interfaces.cli.stack import start_stack
from interfaces.cli.status_page import print_status
from interfaces.cli.timeline import print_time_line
from interfaces.cli.waiting import require_read_models
from interfaces.errors import NotDone
from interfaces.running_system import RunningSystem, running_system
from interfaces.scripts.files import parse_files
from interfaces.scripts.load import TIMERS_WITHIN, Loader, Loading
from interfaces.status import look
from projections import reading
from projections.enforcement import sibling_groups

_CASES = Path(__file__).resolve().parents[2] / "cases"
_SCRIPTS = (
    "clearview-uk.yaml",
    *(f"clearview-{country}.yaml" for country in ("au", "fr", "it", "gr", "nl", "at")),
    "halden-beacon-uk.yaml",
)
_EXPLAINED = (("fine", "penalty_limit"), ("appeal", "permission"))
_READ_MODELS_WITHIN = 60.0


def demo() -> None:
    """Set everything up, load the cases that come with it, and show what became of them. Done again, it shows what is there.

    The system goes on running afterwards, until `regcase down`. When a part fails, or on Ctrl-C, everything is stopped.
    """
    page = Page()
    try:
        _heading(page, "Setting up and starting the system")
        start_stack(page)
        _heading(page, "Loading Clearview AI in seven countries (real), and a case in which nobody answers (invented)")
        with running_system() as system:
            matters = [loading.script.matter_id for loading in _load(system)]
            _show(system, matters, page)
        _heading(page, "How the system is")
        print_status(look(), page)
    except BaseException:
        page.line("The demo did not get through; everything that runs is stopped, the data is kept.", style="red")
        down(load_settings())
        raise
    _where_to_go_on(page)


def _load(system: RunningSystem) -> list[Loading]:
    paths = [_CASES / name for name in _SCRIPTS]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        msg = f"the case scripts {', '.join(missing)} are missing; run the demo from a checkout of the project"
        raise Misconfigured(msg)
    loadings: list[Loading] = []
    with Progress(quiet=False) as progress:
        loader = Loader(system, timers_within=TIMERS_WITHIN, watch=progress.step)
        with loader.prepared(parse_files(paths)) as prepared:
            for one in prepared:
                progress.begin(one.loading)
                loader.load(one)
                progress.end(one.loading)
                loadings.append(one.loading)
    if any(loading.differences for loading in loadings):
        msg = "a case did not go as its script states; the differences stand above"
        raise NotDone(msg)
    versions = {
        case_id: system.app.case(case_id).version for one in loadings for case_id in system.app.cases_of(one.script.matter_id)
    }
    require_read_models(system.pool, versions, _READ_MODELS_WITHIN)
    return loadings


def _show(system: RunningSystem, matters: list[UUID], page: Page) -> None:
    pool, clearview = system.pool, matters[0]
    _heading(page, "The docket (regcase cases)")
    docket = [row for row in reading.cases(pool) if row.matter_id in matters]
    print_docket(docket, page)

    _heading(page, "What happened to Clearview AI (regcase timeline INV-CLEARVIEW)")
    zone = next(regime(row.regime).time_zone for row in docket if row.matter_id == clearview)
    print_time_line(reading.timeline(pool, matter_id=clearview), page, zone)

    _heading(page, "Its deadlines (regcase deadlines --matter INV-CLEARVIEW)")
    deadlines = reading.deadlines(pool, matter_id=clearview)
    print_deadlines(deadlines, page)

    _heading(page, "How two of these dates were worked out (with --explain)")
    for deadline in deadlines:
        if (deadline.case_type, deadline.role) in _EXPLAINED:
            explain_deadline(deadline, page)

    _heading(page, "Penalties (regcase penalties)")
    print_penalties([row for row in reading.penalties(pool) if row.matter_id in matters], reading.penalties_by_year(pool), page)

    _heading(page, "Clearview AI in seven countries (regcase matters --siblings INV-CLEARVIEW)")
    print_groups(sibling_groups(pool, matter_id=clearview), page)

    _heading(page, "What the timers opened by themselves")
    for row in docket:
        if row.opened_by_system:
            page.line(f"{row.reference}, {row.subject}: {row.state.replace('_', ' ')}")


def _where_to_go_on(page: Page) -> None:
    _heading(page, "Where to go on")
    for command, what in (
        ("regcase cases", "the docket again; also matters, timeline, deadlines --explain, penalties; each with --json"),
        ("regcase show INV-CLEARVIEW/fine-1 --as-of 2023-11-01", "a case as it was known on a day"),
        ("regcase deadline compute --rule uk-dpa-2018/sch16-2 --from 2021-11-29", "what if: a date from a rule, with its steps"),
        ("regcase regime show fr-lil", "a body of law as the system knows it, with its sources"),
        ("regcase rehearse cases/clearview-uk.yaml", "the same case played in memory, with every worked step"),
        ("regcase do --help", "give a command yourself"),
        ("regcase reconcile --full", "hold every row of the read models, and the topic, against the event store"),
        ("regcase down", "stop everything; the data is kept"),
    ):
        page.entry(f".venv/bin/{command}", what, indent=2, width=62)


def _heading(page: Page, text: str) -> None:
    page.line()
    page.line(text, style="bold cyan")
    page.line("-" * len(text), style="cyan")
