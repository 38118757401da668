"""What was recorded is not held against rules of form: those are for commands, and a history loads for ever.

Events are made and loaded in the validation context `RECORDED`. In it a text is any text, a day any day, money any sum.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator

RECORDED = {"recorded": True}


def is_recorded(info: ValidationInfo) -> bool:
    """Whether an event is being made or loaded, and not a command checked."""
    return info.context is RECORDED


def loosely_if_recorded(plain: Any) -> WrapValidator:
    """What was recorded is only held against its plain type, whatever rules stand beside it today."""
    adapter = TypeAdapter[Any](plain)

    def taken(given: Any, strictly: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        return adapter.validate_python(given, context=info.context) if is_recorded(info) else strictly(given)

    return WrapValidator(taken)
