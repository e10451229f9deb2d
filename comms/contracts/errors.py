"""The few errors that the contracts raise, each with one sentence for a person."""

from __future__ import annotations


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
