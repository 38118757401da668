"""Every log call of ours, as it is written: an event by a name, and values that the gate of the logs can judge."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGES = ("foundation", "domain", "projections", "audit", "workers", "interfaces", "deploy")
LOGGERS = ("_log", "log")
LEVELS = ("debug", "info", "warning", "error", "critical", "exception")
MAKES_TEXT = ("str", "repr", "format", "print")


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _is_a_log_call(node.func):
                    yield f"{path.relative_to(PROJECT)}:{node.lineno}", node


def _is_a_log_call(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and called.attr in LEVELS
        and isinstance(called.value, ast.Name)
        and called.value.id in LOGGERS
    )


def test_each_names_its_event_by_a_word_and_puts_no_text_together() -> None:
    calls = list(log_calls())
    assert len(calls) > 15
    for place, call in calls:
        for event in call.args:
            assert isinstance(event, ast.Constant | ast.Name), place
            if isinstance(event, ast.Constant):
                assert str(event.value).replace("_", "").islower(), place


def test_none_makes_a_text_of_anything_but_an_id() -> None:
    for place, call in log_calls():
        for keyword in call.keywords:
            for part in ast.walk(keyword.value):
                assert not isinstance(part, ast.JoinedStr), place
                if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in MAKES_TEXT:
                    assert "_id" in ast.unparse(part) or ast.unparse(part).endswith(".id)"), place


def test_none_tells_the_message_of_a_refusal() -> None:
    """It is for the person who gave the command, and names what stands in the case."""
    for place, call in log_calls():
        assert "message" not in ast.unparse(call).replace("message_rejected", ""), place
