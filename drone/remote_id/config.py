"""Section `drone.remote_id` of the unit's YAML: who flies, and what with."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from drone.remote_id.numbers import operator_problem, public_part, serial_problem


class IdType(StrEnum):
    """Whose number the vehicle's is."""

    NONE = "none"
    SERIAL = "serial"
    REGISTRATION = "registration"
    UTM = "utm"
    SESSION = "session"


class OperatorPlace(StrEnum):
    """Where the person is taken to be."""

    TAKE_OFF = "take_off"
    FIXED = "fixed"


class RemoteIdConfig(BaseModel):
    """Empty numbers: nothing is told, and the pre-flight list says so."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    required: bool = Field(
        default=False, description="no take-off without a transmitter that says it is ready"
    )
    uas_id_type: IdType = Field(
        default=IdType.SERIAL, description="whose number uas_id is; UTM's and a session's, too"
    )
    uas_id: str = Field(
        default="",
        max_length=20,
        description="the vehicle's number; a serial number by ANSI/CTA-2063-A. PX4 tells its own",
    )
    ua_type: int = Field(
        default=2, ge=0, le=15, description="MAV_ODID_UA_TYPE; 2: helicopter or multirotor"
    )
    operator_id: str = Field(
        default="",
        max_length=20,
        description="the operator's number, such as FIN87astrdge12k8; the three secret characters "
        "of an EU number are checked where they are given, and not told",
    )
    description: str = Field(
        default="police patrol", max_length=23, description="of the flight; ASCII"
    )
    operator_place: OperatorPlace = Field(
        default=OperatorPlace.TAKE_OFF, description="take_off: the autopilot's home; or fixed"
    )
    latitude_deg: float | None = Field(default=None, ge=-90, le=90, description="of fixed, WGS 84")
    longitude_deg: float | None = Field(
        default=None, ge=-180, le=180, description="of fixed, WGS 84"
    )
    altitude_m: float | None = Field(
        default=None,
        ge=-1000,
        le=10000,
        description="of the person, above the ellipsoid; not told when it is not given",
    )
    eu_category: int = Field(
        default=0, ge=0, le=3, description="0 undeclared, 1 open, 2 specific, 3 certified"
    )
    eu_class: int | None = Field(
        default=None, ge=0, le=6, description="C0 to C6 as 0 to 6; none: undeclared"
    )

    @property
    def is_given(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.operator_id or self.uas_id)

    @field_validator("description")
    @classmethod
    def _ascii(cls, text: str) -> str:
        if not text.isascii():
            raise ValueError("only ASCII can be told")
        return text

    @field_validator("operator_id")
    @classmethod
    def _public(cls, operator: str) -> str:
        problem = operator_problem(operator)
        if problem:
            raise ValueError(problem)
        return public_part(operator)

    @model_validator(mode="after")
    def _whole(self) -> RemoteIdConfig:
        if self.uas_id and self.uas_id_type is IdType.SERIAL:
            problem = serial_problem(self.uas_id)
            if problem:
                raise ValueError(problem)
        if not self.uas_id.isascii():
            raise ValueError("uas_id: only ASCII can be told")
        fixed = self.operator_place is OperatorPlace.FIXED
        if fixed and None in (self.latitude_deg, self.longitude_deg):
            raise ValueError("operator_place fixed needs latitude_deg and longitude_deg")
        return self
