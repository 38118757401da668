"""`regcase rebuild` and `regcase generations`: read models built anew, and what was live before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from psycopg.errors import LockNotAvailable

from foundation.database import Pool
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.progress import progress
from interfaces.cli.reading import reading_pool, rows_as_json
from interfaces.errors import Misused, NotDone
from projections import rebuild
from projections.generations import Standing, standing
from projections.read_model import ReadModel, UnknownReadModel, all_read_models, read_model
from projections.verify import NotVerified

generations = typer.Typer(
    no_args_is_help=True, help="Generations of read models: the one that is read, one that is being built, the one before."
)
ReadModelName = Annotated[str, typer.Argument(metavar="READMODEL", show_default=False)]


def rebuild_command(
    model: Annotated[str, typer.Argument(metavar="READMODEL", help="Its name, or `all`.", show_default=False)],
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Drop the generation that is still kept from the rebuild before.")
    ] = False,
) -> None:
    """Build a read model anew from the event store, beside the live one, verify it, and switch. Readers notice nothing.

    What was live is kept until `regcase generations drop`. Interrupted, it goes on when run again. Cases of which an event cannot be
    applied wait in what was built, and are told.
    """
    models = list(all_read_models().values()) if model == "all" else [known_read_model(model)]
    page = Page()
    with reading_pool() as pool:
        for one in models:
            with _verified(), progress(page, one.name) as show:
                rebuild.rebuild(pool, one, show, drop_old=drop_old)
            page.line(f"{one.name} was built anew, verified, and is live. The one before is kept; `regcase generations list`.")
            _tell_what_waits(pool, one, page)


@generations.command("list")
def list_generations(json: Json = False) -> None:
    """List the generations of every read model: how large, and by which version of its definition they were built."""
    with reading_pool() as pool:
        found = [one for model in all_read_models().values() for one in standing(pool, model)]
    if json:
        print_json(rows_as_json(found))
        return
    columns = ("read model", "generation", "size", "cases", "events", "parked", "built by", "begun")
    Page().table(columns, [_cells(one) for one in found], right=("size", "cases", "events", "parked"))


@generations.command()
def drop(model: ReadModelName) -> None:
    """Drop the generation that was live before the last rebuild."""
    one = known_read_model(model)
    with reading_pool() as pool:
        try:
            dropped = rebuild.drop_old(pool, one)
        except LockNotAvailable as error:
            msg = f"The old generation of {one.name} was not dropped: somebody still reads it. Try again when they are done."
            raise NotDone(msg) from error
    Page().line(f"The old generation of {one.name} is gone." if dropped else f"Of {one.name} no old generation was kept.")


@generations.command()
def restore(model: ReadModelName) -> None:
    """Go back to the generation that was live before the last rebuild: it is brought up to date and verified first."""
    one, page = known_read_model(model), Page()
    with reading_pool() as pool:
        with _verified(), progress(page, one.name) as show:
            rebuild.go_back(pool, one, show)
        page.line(
            f"The generation of {one.name} from before the last rebuild is up to date, verified, and live again; the other is kept."
        )
        _tell_what_waits(pool, one, page)


def known_read_model(name: str) -> ReadModel:
    """The read model of that name.

    Raises:
        Misused: there is none.
    """
    try:
        return read_model(name)
    except UnknownReadModel as error:
        raise Misused(str(error)) from error


@contextmanager
def _verified() -> Iterator[None]:
    try:
        yield
    except NotVerified as error:
        msg = f"{error} The one that was live stays. See `regcase reconcile --full`, then run it again."
        raise NotDone(msg) from error


def _tell_what_waits(pool: Pool, model: ReadModel, page: Page) -> None:
    """Parked cases keep no generation from going live: whoever brought it there must hear of one that can apply less than the other."""
    waiting = {one.generation: one.parked for one in standing(pool, model)}
    now, before = waiting["live"], waiting.get("old", 0)
    if now:
        cases = "One case waits" if now == 1 else f"{now:,} cases wait"
        back = f" `regcase generations restore {model.name}` goes back." if now > before else ""
        words = f"{cases} in it, {before:,} in the other: `regcase parked list --read-model {model.name}`.{back}"
        page.line(words, style="red")


def _cells(one: Standing) -> tuple[str, ...]:
    by = "this version" if one.is_of_this_program else f"another version ({one.digest[:12]})"
    begun = f"{one.begun_at:%Y-%m-%d %H:%M %Z}" if one.begun_at else ""
    size = f"{one.bytes / 1024**2:,.1f} MB"
    return one.read_model, one.generation, size, f"{one.cases:,}", f"{one.events:,}", str(one.parked or ""), by, begun
