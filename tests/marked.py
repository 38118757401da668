"""Case scripts in which everything that people write holds an unmistakable word, so that it is found wherever it comes to.

A text is marked if the command is taken with it: courts, tiers and the like are words of the law and stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from domain.application import CaseApplication
from domain.case.commands import Act
from domain.commands import Command
from domain.fields import PersonalData
from domain.identifiers import matter_id_of
from domain.names import COMMANDS
from interfaces.scripts.model import Script, Step
from interfaces.scripts.parse import parse_file
from interfaces.scripts.play import Player
from interfaces.scripts.references import with_ids
from interfaces.scripts.rehearse import RehearsalStage

MARK = "Quixwen"
Path_ = tuple[str | int, ...]


def marked_script(source: Path, folder: Path, *, matter: str) -> Path:
    """A script that `regcase load` takes: the same acts as another matter, marked, without what is stated of them."""
    script = replace(parse_file(source), matter=matter)
    stage = RehearsalStage(script.steps[0].at)
    player = Player(script, stage, correlation_id="marking")
    steps = []
    for step in script.steps:
        player.play(replace(step, do=None, expect=None))  # the clock first
        data = _marked(step, script, player, stage.app) if step.do else step.data
        player.play(replace(step, data=data, expect=None))
        steps.append({**step.written, **({"with": data} if step.do else {})})
    path = folder / f"{matter}.yaml"
    said = {
        "matter": matter,
        "title": f"{script.title} {MARK}",
        "regime": script.regime,
        "actors": {name: actor.role for name, actor in script.actors.items()},
        "steps": [_without_statements(step) for step in steps],
    }
    path.write_text(json.dumps(said, default=str), encoding="utf-8")
    return path


def _without_statements(step: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in step.items() if name not in ("expect", "refused")}
    return {**kept, "refused": {}} if "refused" in step else kept


def _marked(step: Step, script: Script, player: Player, app: CaseApplication) -> Any:
    """The step's fields with as many texts marked as the command is taken with; of a step that is refused all."""
    assert step.do
    act = COMMANDS[step.do]
    paths = [path for path in _texts(step.data) if path[0] not in (*act.REFERS, *act.NAMES_MATTERS)]
    if step.refused:
        return _with_marks(step.data, paths)
    paths = [path for path in paths if _has_form(act, _with_marks(step.data, [path]), path)]
    for number in range(len(paths) + 1):
        for left_out in combinations(paths, number):
            data = _with_marks(step.data, [path for path in paths if path not in left_out])
            if app.execute(_command(step, data, script, player), dry_run=True).refusal is None:
                return data
    raise AssertionError(step)


def _has_form(act: type[Act], data: Any, path: Path_) -> bool:
    """Whether the text at a place may be any text, as far as the act's own form says."""
    try:
        act.model_validate(data)
    except ValidationError as error:
        return all(fault["loc"][0] != path[0] for fault in error.errors())
    return True


def _command(step: Step, data: Any, script: Script, player: Player) -> Command:
    assert step.do
    assert step.by
    given = with_ids(step.do, data, player.cast.id_of, matter_id_of)
    opens = step.do == "investigation.open"
    return Command(
        name=step.do,
        data={"regime": script.regime, **given} if opens else given,
        on=player.cast.id_of(step.on) if step.on else None,
        actor=step.by,
        idempotency_key=f"try {step.number}",
        matter_id=script.matter_id if opens else None,
    )


def _texts(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    match value:
        case str():
            yield path
        case Mapping():
            for name, item in value.items():
                yield from _texts(item, (*path, name))
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _texts(item, (*path, index))


def _with_marks(value: Any, paths: list[Path_], path: Path_ = ()) -> Any:
    match value:
        case str():
            return f"{value} {MARK}" if path in paths else value
        case Mapping():
            return {name: _with_marks(item, paths, (*path, name)) for name, item in value.items()}
        case list() | tuple():
            return [_with_marks(item, paths, (*path, index)) for index, item in enumerate(value)]
        case _:
            return value


def personal_fields(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """The fields that the types mark as personal data, with those of the values in them."""
    for name, info in model.model_fields.items():
        shown = info.alias or name
        if any(isinstance(mark, PersonalData) for mark in info.metadata) or _is_personal(info.annotation):
            yield (shown,)
        for inner in _models_in(info.annotation):
            yield from ((shown, *path) for path in personal_fields(inner))


def _is_personal(annotation: Any) -> bool:
    marks = getattr(annotation, "__metadata__", ())
    return any(isinstance(mark, PersonalData) for mark in marks) or any(map(_is_personal, get_args(annotation)))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
