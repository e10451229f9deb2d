"""What perception raises: bad input or a detector that cannot run, with one sentence for a
person."""

from __future__ import annotations

from comms.contracts.errors import ContractError


class PerceptionError(ContractError):
    """Perception cannot do what was asked; the message says what is wrong and what would be
    right."""


class DetectorError(PerceptionError):
    """A detector's model is missing, broken or of another task."""


class FrameError(PerceptionError):
    """A picture that cannot be used."""
