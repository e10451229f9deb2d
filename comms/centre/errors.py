"""What the command centre refuses, each with one sentence for a person.

The services turn each class into one gRPC status code, so that a program can act on it too.
"""

from __future__ import annotations

from typing import Any

from comms.contracts.errors import ContractError

#: Trailing metadata of a refused call: a word for a program, and the sentence's values as JSON.
REASON_KEY = "patrol-reason"
VALUES_KEY = "patrol-values-bin"


class RefusedError(ContractError):
    """What a person can put right (INVALID_ARGUMENT).

    `reason` is a word that a program can act on, `values` what stands in the sentence: with them a
    screen says it in its user's language.
    """

    def __init__(self, sentence: str, reason: str, **values: Any) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.values = values


class NotFoundError(ContractError):
    """There is no such unit, task or picture (NOT_FOUND)."""

    reason = "not_found"


class StateError(ContractError):
    """The task is past the state that the call needs (FAILED_PRECONDITION)."""

    reason = "too_late"


class ChangeRefusedError(StateError):
    """The drone refuses, in its own words (FAILED_PRECONDITION)."""

    reason = ""


class UnreachableError(ContractError):
    """The unit is not there to be asked (UNAVAILABLE)."""

    reason = "not_connected"


class UnansweredError(UnreachableError):
    """The unit was asked and has not answered; what it did is not known (UNAVAILABLE)."""

    reason = ""


class ExistsError(ContractError):
    """The id is taken by something else (ALREADY_EXISTS)."""


class StoreError(ContractError):
    """The store cannot be opened or was made by a newer version."""
