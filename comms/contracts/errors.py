"""The few errors that the contracts raise, each with one sentence for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pydantic import ValidationError


class ContractError(ValueError):
    """Bad input. The message names the file, the place in it and what would be right."""


class FileError(ContractError):
    """A site or beat file that cannot be used.

    `str(error)` is one sentence: "sites/x.geojson, feature 12 ("Tower B"): the ring is not closed;
    repeat its first point as its last".
    """

    def __init__(self, path: str, what: str, feature: str = "") -> None:
        self.path = path
        self.feature = feature
        self.what = what
        place = f", {feature}" if feature else ""
        super().__init__(f"{path}{place}: {what}")


class Fault(NamedTuple):
    """The first thing that a model found wrong: where (a dotted path, "" for the whole), what, and
    what was said there."""

    place: str
    words: str
    said: Any


def first_fault(error: ValidationError) -> Fault:
    """For one sentence instead of a report."""
    first = error.errors()[0]
    return Fault(".".join(str(part) for part in first["loc"]), first["msg"], first["input"])
