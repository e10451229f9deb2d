"""The runner's errors: each is one sentence for a person."""

from __future__ import annotations

from pathlib import Path

from comms.contracts.errors import ContractError


class LaunchError(ContractError):
    """The launch cannot start or go on. `str(error)` says why and what would be right."""


class LaunchFileError(LaunchError):
    """A launch file that cannot be used: "launch/unit.launch.yaml, line 12, node: unknown key"."""

    def __init__(self, file: Path, line: int, what: str) -> None:
        self.file = file
        self.line = line
        self.what = what
        super().__init__(f"{file}, line {line}: {what}")
