"""What can be told to a bystander on `/sim/people/command`: a JSON object in a std_msgs/String."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from comms.contracts.errors import first_fault
from simulation.gazebo.errors import SimulationError


class StepTo(BaseModel):
    """`{"person": "bystander_0", "x_m": 12.0, "y_m": 3.5, "speed_mps": 1.5}`: go there in a
    straight line."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    person: str
    x_m: float
    y_m: float
    speed_mps: float = Field(default=1.2, gt=0, le=4)

    @classmethod
    def parse(cls, text: str) -> StepTo:
        """Raises SimulationError with what is wrong."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            place, words, _ = first_fault(error)
            raise SimulationError(f"people command {text!r}: {place} {words}") from None
