"""What the command centre refuses, each with one sentence for a person.

The services turn each class into one gRPC status code, so that a program can act on it too.
"""

from __future__ import annotations

from comms.contracts.errors import ContractError


class NotFoundError(ContractError):
    """There is no such unit, task or picture (NOT_FOUND)."""


class StateError(ContractError):
    """The task is past the state that the call needs (FAILED_PRECONDITION)."""


class ExistsError(ContractError):
    """The id is taken by something else (ALREADY_EXISTS)."""


class StoreError(ContractError):
    """The store cannot be opened or was made by a newer version."""
