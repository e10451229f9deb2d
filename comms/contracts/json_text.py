"""JSON as people write it by hand: what is wrong with it is said with line and column."""

from __future__ import annotations

import json
import re
from typing import Any

from comms.contracts.errors import FileError

_WORDS = re.compile(r'"(?:\\.|[^"\\])*"|(?P<word>NaN|-?Infinity)')


class _NoNumberError(Exception):
    """NaN or Infinity, which JSON does not have and browsers refuse."""


def parse_json(text: str, name: str) -> Any:
    """The value of a JSON text. `name`: the file, for the error. Raises FileError."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FileError(name, f"this is not JSON: {_why(text, error)}", place) from None
    except _NoNumberError as error:
        found = next((m for m in _WORDS.finditer(text) if m["word"]), None)
        place = _place(text, found.start()) if found else ""
        raise FileError(name, f"this is not JSON: {error}", place) from None
    except RecursionError:
        raise FileError(name, "it cannot be read: it is nested too deeply") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise FileError(name, f"this is not JSON: {error}") from None


def _refuse(word: str) -> float:
    raise _NoNumberError(f"{word} is not a number that JSON knows; write a number or null")


def _why(text: str, error: json.JSONDecodeError) -> str:
    before = text[: error.pos].rstrip()
    here = text[error.pos :].lstrip()[:1]
    if not here:
        return "the file ends too early; is it whole?"
    if before.endswith(",") and here in "]}":
        return f"a comma stands before the closing {here}; take it away"
    if here == "," and text[error.pos :].lstrip(" \t\r\n,")[:1] in ("]", "}"):
        return "a comma stands before a closing bracket; take it away"
    if error.pos == 0 and here == "<":
        return "it begins like XML; give a GPX or KML file its own ending (.gpx, .kml)"
    return error.msg


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"line {line}, column {column}"
