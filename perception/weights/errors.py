"""What can go wrong while the weights are made."""

from __future__ import annotations

from comms.contracts.errors import ContractError


class WeightsError(ContractError):
    """The weights cannot be made; the message says from what and why, in one sentence."""
