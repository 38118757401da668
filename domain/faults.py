"""What is wrong with the form of a field, in words a caseworker reads: never those of the library that checks it."""

from __future__ import annotations

from typing import Any

from domain.fields import PERIOD_FORM, REQUIREMENT_ID_FORM, SHA256_FORM

_TEXT = "is written as a text"
_LIST = "is a list"
_TABLE = "is a table of names and values"
_FIELDS = "has fields of its own, a name and a value for each"
_NUMBER = "is a whole number"
_CASE = "is the id of a case, such as 1b4e28ba-2fa1-4d2a-883f-0016d3cca427"
_TRUTH = "is true or false"
_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this command",
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": "holds letters that cannot be stored; write it anew",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long; at most {max_length} letters",
    "too_short": "is empty; at least {min_length} is needed",
    "too_long": "has too many; at most {max_length}",
    "literal_error": "is one of {expected}",
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_from_float": _NUMBER,
    "int_parsing_size": "is too large a number",
    "greater_than_equal": "is at least {ge}",
    "greater_than": "is more than {gt}",
    "less_than_equal": "is at most {le}",
    "less_than": "is less than {lt}",
    "uuid_type": _CASE,
    "uuid_parsing": _CASE,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "iterable_type": _LIST,
    "dict_type": _TABLE,
    "mapping_type": _TABLE,
    "model_type": _FIELDS,
    "model_attributes_type": _FIELDS,
    "invalid_key": "is not a name",
}
_FORMS = {
    PERIOD_FORM: "is a period of one unit, such as P28D, P2W, P6M, P1Y or PT24H",
    REQUIREMENT_ID_FORM: "is a short name of letters, digits, dots, dashes and underscores, such as stop-collecting",
    SHA256_FORM: "is the SHA-256 of the document: 64 digits and letters from a to f",
}
_ANYTHING_ELSE = "is not in the form that is needed"


def words_for(fault: Any) -> str:
    """What is wrong, for a fault as pydantic tells it; what our own checks say stands as they say it."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "value_error":
        return str(fault["msg"]).removeprefix("Value error, ")
    if kind == "string_pattern_mismatch":
        return _FORMS.get(context["pattern"], _ANYTHING_ELSE)
    return _WORDS.get(kind, _ANYTHING_ELSE).format(**context)
