"""What can go wrong between us and Gazebo, each with one sentence for a person."""

from __future__ import annotations

from comms.contracts.errors import ContractError


class SimulationError(ContractError):
    """The simulation cannot start or go on; the message says what is missing or what happened."""


class GazeboConnectionError(SimulationError):
    """Gazebo's transport cannot be reached, or has gone."""
