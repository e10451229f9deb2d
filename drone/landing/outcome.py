"""How a precision landing ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How it ended: the autopilot lands here, its return was ordered, it never began, a person's
    wish or the link stopped it, or the vehicle went to another mode."""

    LANDS = "lands"
    RETURNS = "returns"
    NOT_BEGUN = "not_begun"
    INTERRUPTED = "interrupted"
    TAKEN = "taken"


@dataclass(frozen=True)
class Ended:
    outcome: Outcome
    words: str
