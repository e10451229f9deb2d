"""The parameter store: typed values by name, in the order in which they are listed over MAVLink."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from comms.contracts.errors import ContractError


class Parameter(NamedTuple):
    """One parameter. Whole numbers are INT32 on the wire, others REAL32."""

    name: str
    value: float | int
    number: int


class UnknownParameterError(ContractError):
    """The name is not one of this autopilot's."""


class Parameters:
    """Values by name; the type of the default is the type for ever. `generation` counts changes."""

    def __init__(self, defaults: Mapping[str, float | int], changes: Mapping[str, float]) -> None:
        self._values: dict[str, float | int] = dict(sorted(defaults.items()))
        self._index = {name: i for i, name in enumerate(self._values)}
        self.generation = 0
        for name, value in changes.items():
            self.set(name, value)

    def __getitem__(self, name: str) -> float:
        try:
            return self._values[name]
        except KeyError:
            raise UnknownParameterError(f"this autopilot has no parameter {name}") from None

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Parameter]:
        return (Parameter(name, value, self._index[name]) for name, value in self._values.items())

    def get(self, name: str) -> Parameter | None:
        """The parameter, or None where there is none of this name."""
        return (
            Parameter(name, self._values[name], self._index[name]) if name in self._values else None
        )

    def at(self, index: int) -> Parameter | None:
        """The parameter with this index, or None."""
        names = list(self._values)
        return self.get(names[index]) if 0 <= index < len(names) else None

    def set(self, name: str, value: float) -> None:
        """Changes a value, keeping its type. Raises UnknownParameterError."""
        old = self[name]
        self._values[name] = int(value) if isinstance(old, int) else float(value)
        self.generation += 1
