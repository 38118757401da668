"""Builds a read model anew from the event store, beside the live one, verifies it, and switches the two in one transaction.

Interrupted, it goes on where it stopped. Readers and workers notice nothing but the moment of the switch. The generation that
was live is kept, and can be gone back to.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from domain.refusals import WrongState
from foundation.database import Pool
from foundation.sql import load_statements
from projections import generations
from projections.apply import OnTransient, apply, apply_within
from projections.compare import Progress
from projections.error_kinds import kind_of
from projections.generations import Incoming, TookTooLong
from projections.heal import behind_in, derive_anew, go_on, missing_of
from projections.history import Connection, log_end, log_page
from projections.operator_acts import skips
from projections.ranges import EVERYTHING, gaps
from projections.read_model import ReadModel, all_read_models
from projections.verify import NotVerified, verify

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
PAGE = 1_000
CASES = 100
TAIL = 200
"""When so few entries of the log are left, the rest is applied while workers wait, and the generations are switched."""

SWITCH_ATTEMPTS, SWITCH_PAUSE = 60, 0.5
"""Somebody may hold the read model for long, a comparison for one; workers get in between."""


def _nobody(_reached: int, _end: int) -> None:
    """Progress that nobody follows."""


def rebuild(pool: Pool, model: ReadModel, progress: Progress = _nobody, *, drop_old: bool = False) -> int:
    """Build it anew, verify it, and switch; what was live is kept. Returns the notification id that it was built up to.

    Args:
        drop_old: remove the generation that is kept from before, which must go first: one is kept, not several.

    Raises:
        WrongState: one is kept from before, and is not to be dropped.
        NotVerified: what was built is not what the store says; it was removed, and the live one stays.
        psycopg.OperationalError: the database failed; what was built is kept, and another call goes on from there.
    """
    with pool.connection() as lock, generations.locked(lock, "rebuild_alone", model=model):
        with pool.connection() as connection:
            kept = generations.built_by(connection, model, "old")
        if kept and not drop_old:
            msg = (
                f"Refused: of {model.name} the generation before the last rebuild is still kept, and would have to go. Drop it "
                f"(`regcase generations drop {model.name}`, or `regcase rebuild {model.name} --drop-old`), or go back to it "
                f"(`regcase generations restore {model.name}`)."
            )
            raise WrongState(msg, read_model=model.name)
        return _rebuild(pool, model, progress)


def rebuild_where_needed(pool: Pool) -> list[str]:
    """Build the read models that are missing, or that another definition built. Returns their names.

    Several processes may start at once: one builds, the others wait and find it done. A generation kept from before the last
    rebuild is dropped: the way back from a new version of the program is the generation that it replaces.

    Raises:
        NotVerified: as `rebuild`; the next start begins anew.
    """
    rebuilt = []
    for model in all_read_models().values():
        # Asked without the lock first: a rebuild that hangs keeps nobody from starting who has nothing to build.
        if _is_of_this_program(pool, model):
            continue
        with pool.connection() as lock, generations.locked(lock, "rebuild_alone", model=model):
            if not _is_of_this_program(pool, model):
                _rebuild(pool, model, _nobody)
                rebuilt.append(model.name)
    return rebuilt


def _is_of_this_program(pool: Pool, model: ReadModel) -> bool:
    with pool.connection() as connection:
        return generations.built_by(connection, model) == model.digest


def go_back(pool: Pool, model: ReadModel, progress: Progress = _nobody) -> int:
    """Bring the old generation up to date, verify it, and switch back to it; the one that was live is kept in its place.

    Returns the notification id that it was brought up to.

    Raises:
        WrongState: none is kept, or another version of the program built it.
        NotVerified: it is not what the store says; the live one stays.
        psycopg.OperationalError: the database failed; another call goes on.
    """
    with pool.connection() as lock, generations.locked(lock, "rebuild_alone", model=model):
        _require_old_of_this_program(pool, model)
        reached = _bring_old_up_to_date(pool, model, progress)
        _leave_out_of_old(pool, model)
        reached = _follow(pool, reached, lambda after: _apply_page(pool, model, "old", after), progress)
        verify(pool, model, "old", up_to=reached)
        reached = _finish(pool, model, reached, "old")
        progress(reached, reached)
        _log.info("read_model_went_back", read_model=model.name, up_to=reached)
        return reached


def drop_old(pool: Pool, model: ReadModel) -> bool:
    """Remove the generation that is kept. Returns whether there was one.

    Raises:
        psycopg.errors.LockNotAvailable: somebody still reads it.
    """
    with pool.connection() as lock, generations.locked(lock, "rebuild_alone", model=model), pool.connection() as connection:
        kept = generations.built_by(connection, model, "old") is not None
        generations.drop(connection, model, "old")
        return kept


def _rebuild(pool: Pool, model: ReadModel, progress: Progress) -> int:
    with pool.connection() as connection:
        generations.drop(connection, model, "old")
    reached = _follow(pool, _begin_or_go_on(pool, model), lambda after: _build_page(pool, model, after), progress)
    try:
        verify(pool, model, "next", up_to=reached)
        reached = _finish(pool, model, reached, "next")
    except NotVerified:
        # Going on from it would lead here again.
        with pool.connection() as connection:
            generations.drop(connection, model, "next")
        raise
    progress(reached, reached)
    _log.info("read_model_rebuilt", read_model=model.name, up_to=reached)
    return reached


def _leave_out_of_old(pool: Pool, model: ReadModel) -> None:
    """What operators left out since it was live stands in it, where it could be applied then."""
    for case_id in sorted({act.case_id for act in skips(pool, read_models=[model.name])}):
        try:
            derive_anew(pool, model, [case_id], "old")
        except TookTooLong as broken_off:
            raise broken_off.error from None


def _follow(pool: Pool, reached: int, build_page: Callable[[int], int], progress: Progress) -> int:
    """Build page after page until only the tail is left; what is stored meanwhile is built too."""
    while True:
        with pool.connection() as connection:
            end = log_end(connection)
        while reached < end:
            reached = build_page(reached)
            progress(min(reached, end), end)
        with pool.connection() as connection:
            if log_end(connection) - reached <= TAIL:
                return reached


def _begin_or_go_on(pool: Pool, model: ReadModel) -> int:
    """Where the next generation has got; one that another definition began is dropped."""
    with pool.connection() as connection:
        if generations.built_by(connection, model, "next") == model.digest:
            generations.enter(connection, model, "next")
            row = connection.execute(_SQL["reached"]).fetchone()
            return (row[0] or 0) if row else 0
        generations.drop(connection, model, "next")
        generations.create(connection, model, "next")
        connection.execute(_SQL["place_table"])
        return 0


def _build_page(pool: Pool, model: ReadModel, after: int) -> int:
    reached = _apply_page(pool, model, "next", after)
    with pool.connection() as connection:
        generations.enter(connection, model, "next")
        connection.execute(_SQL["keep_reached"], {"notification_id": reached})
    return reached


def _apply_page(pool: Pool, model: ReadModel, generation: Incoming, after: int) -> int:
    with pool.connection() as connection:
        deliveries, last = log_page(connection, after=after, limit=PAGE)
    apply(pool, model, deliveries, generation)
    return last or after


def _require_old_of_this_program(pool: Pool, model: ReadModel) -> None:
    with pool.connection() as connection:
        digest = generations.built_by(connection, model, "old")
    if digest is None:
        msg = f"Refused: of {model.name} no generation is kept to go back to. `regcase generations list` shows what there is."
        raise WrongState(msg, read_model=model.name)
    if digest != model.digest:
        msg = (
            f"Refused: the old generation of {model.name} was built by another version of the program, which alone can bring it "
            "up to date. Install that version and go back with it, or drop it."
        )
        raise WrongState(msg, read_model=model.name)


def _bring_old_up_to_date(pool: Pool, model: ReadModel, progress: Progress) -> int:
    """Apply what each case has got since. What waits in it is tried again. Returns the log's end as it was before."""
    with pool.connection() as connection:
        end = log_end(connection)
        generations.forget_parked(connection, model, "old")
        behind = [gap for gap in gaps(connection, model, EVERYTHING, "old", up_to=end) if gap.reached < gap.stored]
    for start in range(0, len(behind), CASES):
        with pool.connection() as connection:
            missing = missing_of(connection, {gap.case_id: gap.reached for gap in behind[start : start + CASES]})
        apply(pool, model, missing, "old")
        progress(end * start // len(behind), end)
    return end


def _finish(pool: Pool, model: ReadModel, after: int, incoming: Incoming) -> int:
    for _ in range(SWITCH_ATTEMPTS):
        try:
            return _switch(pool, model, after, incoming, on_transient="raise")
        except Exception as error:
            if kind_of(error) != "transient":
                raise
            time.sleep(SWITCH_PAUSE)
    return _switch(pool, model, after, incoming, on_transient="park")


def _switch(pool: Pool, model: ReadModel, after: int, incoming: Incoming, *, on_transient: OnTransient) -> int:
    with pool.connection() as connection:
        generations.hold_alone(connection, model)
        reached = _apply_tail(connection, model, after, incoming, on_transient)
        _let_go_on(connection, model, incoming, on_transient)
        if incoming == "next":
            generations.enter(connection, model, "next")
            connection.execute(_SQL["drop_place_table"])
        generations.switch(connection, model, incoming)
    return reached


def _apply_tail(connection: Connection, model: ReadModel, after: int, incoming: Incoming, on_transient: OnTransient) -> int:
    while True:
        deliveries, last = log_page(connection, after=after, limit=PAGE)
        if last is None:
            return after
        apply_within(connection, model, deliveries, incoming, on_transient=on_transient, attempts=SWITCH_ATTEMPTS + 1)
        behind = behind_in(connection, model, {d.case_id: d.version for d in deliveries}, incoming)
        if behind:
            msg = f"{model.name} was not switched: case {behind[0]} has not got to the end of the event store."
            raise NotVerified(msg)
        after = last


def _let_go_on(connection: Connection, model: ReadModel, incoming: Incoming, on_transient: OnTransient) -> None:
    """What an operator let go on while this generation was built must not wait again when it is live."""
    found = connection.execute(_SQL["let_go_on"], {"read_model": model.name, "generation": incoming})
    if case_ids := [row[0] for row in found]:
        go_on(connection, model, case_ids, incoming, on_transient=on_transient)
