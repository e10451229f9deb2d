"""The errors of navigation, each with one sentence for a person."""

from __future__ import annotations

from comms.contracts.errors import ContractError


class NoRoute(ContractError):  # noqa: N818 - a plain name, as in the sentence it carries
    """There is no legal way from the start to the goal; the message says why."""


class BadGoal(ContractError):  # noqa: N818
    """A goal is no place and heading at all: something in it is not a number."""


class NoTransform(ContractError):  # noqa: N818
    """A goal cannot be placed on the map: its frame is another, or the robot is lost."""
