"""The weather as a person tells it. What is not given is not known."""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from comms.contracts.errors import ContractError, first_fault


class Weather(BaseModel):
    """Wind in m/s, `from_deg` where it comes from (clockwise from north), visibility in m."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    wind_mps: float | None = Field(default=None, ge=0, le=60)
    gust_mps: float | None = Field(default=None, ge=0, le=100)
    from_deg: float | None = Field(default=None, ge=0, le=360)
    visibility_m: float | None = Field(default=None, ge=0, le=100_000)
    rain: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> Weather:
        wind, gust = self.wind_mps, self.gust_mps
        if wind is not None and gust is not None and gust < wind:
            raise ValueError("the gusts are weaker than the mean wind")
        if not self.rain and wind is gust is self.visibility_m is None:
            raise ValueError("say at least the wind, the gusts, the visibility or rain")
        return self

    @classmethod
    def told(cls, **given: object) -> Weather:
        """As a message brings it. Raises ContractError with one sentence."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            fault = first_fault(error)
            words = fault.words.removeprefix("Value error, ")
            raise ContractError(f"{fault.place}: {words}" if fault.place else words) from None

    @property
    def moving(self) -> tuple[float, float] | None:
        """Where the air moves (m/s, east and north), if both are known."""
        if self.wind_mps is None or self.from_deg is None:
            return None
        to = math.radians(self.from_deg + 180.0)
        return self.wind_mps * math.sin(to), self.wind_mps * math.cos(to)

    @property
    def words(self) -> str:
        """For a person."""
        said = []
        if self.wind_mps is not None:
            where = f" from {self.from_deg:.0f}°" if self.from_deg is not None else ""
            said.append(f"wind {self.wind_mps:.1f} m/s{where}")
        if self.gust_mps is not None:
            said.append(f"gusts {self.gust_mps:.1f} m/s")
        if self.visibility_m is not None:
            said.append(f"{self.visibility_m / 1000:.1f} km to be seen")
        if self.rain:
            said.append("rain")
        return ", ".join(said)
