"""Numbers as people write them into maps: `12`, `"12 m"`, `"12,5"`, `"12 米"`, `40'`."""

from __future__ import annotations

import math
import re
from typing import Any

from comms.contracts.errors import ContractError

_FOOT_M = 0.3048
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?")
_METRES = ("", "m", "m.", "metre", "metres", "meter", "meters", "米")
_FEET = ("ft", "ft.", "feet", "foot", "'", "′")
_FEET_AND_INCHES = re.compile(r"(\d+)\s*['′]\s*(\d+(?:\.\d+)?)\s*(?:\"|″|'')")
_BETWEEN = re.compile(r";|~|(?<=[\dm])\s*[-–]\s*(?=\d)")


def number(raw: Any) -> float:
    """A plain number, or a text that is one, with a point or a decimal comma.

    Raises ContractError with what would be right.
    """
    value, unit = _parsed(raw)
    if unit not in ("", "°"):
        raise ContractError(f"{_shown(raw)} is not a number, like 12.5")
    return value


def metres(raw: Any) -> float:
    """A length in metres; of several (`"8;12"`, `"8-12 m"`) the largest, which is the safe one.

    Raises ContractError with what would be right.
    """
    if isinstance(raw, str):
        parts = [part for part in _BETWEEN.split(raw.strip()) if part.strip()]
        if len(parts) > 1:
            return max(metres(part) for part in parts)
        both = _FEET_AND_INCHES.fullmatch(raw.strip())
        if both:
            return (float(both[1]) + float(both[2]) / 12) * _FOOT_M
    value, unit = _parsed(raw, 'a length, like 12.5 or "12.5 m"')
    if unit in _METRES:
        return value
    if unit in _FEET:
        return value * _FOOT_M
    raise ContractError(f'{_shown(raw)} is not a length, like 12.5 or "12.5 m"')


def _parsed(raw: Any, wanted: str = "a number, like 12.5") -> tuple[float, str]:
    """The number and the unit behind it, in lower case."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        try:
            value, unit = float(raw), ""
        except OverflowError:
            value = math.inf
    else:
        text = raw.strip().lower() if isinstance(raw, str) else ""
        found = _NUMBER.match(text)
        if not found:
            raise ContractError(f"{_shown(raw)} is not {wanted}")
        if re.search(r",\d{3}$", found[0]):
            raise ContractError(f"{_shown(raw)} can be read in two ways; write it with a point")
        value, unit = float(found[0].replace(",", ".")), text[found.end() :].strip()
    if not math.isfinite(value):
        raise ContractError(f"{_shown(raw)} is not {wanted}")
    return value, unit


def _shown(raw: Any) -> str:
    return repr(raw)[:40]
