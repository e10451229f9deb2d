"""The drone's few errors, each with one sentence for a person."""

from __future__ import annotations

from comms.contracts.errors import ContractError


class DroneError(ContractError):
    """Something about the flight that a person must hear of."""


class PlanError(DroneError):
    """The task cannot be flown; the message names the leg and what is in its way."""


class OrderError(DroneError):
    """The vehicle did not do what was asked; the message carries its own reason if any."""


class LinkError(DroneError):
    """The autopilot has fallen silent."""


class TransferError(DroneError):
    """A mission, fence or rally list did not get on board as it was sent."""
