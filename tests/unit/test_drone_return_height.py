"""Where each make keeps its return height, with a FAKE Param plugin that has what it is given."""

from __future__ import annotations

import asyncio

import pytest
from mavsdk.plugins.param import ParamError, ParamResult

from drone.link.return_height import set_return_height
from drone.missions.encoding import Firmware


class Parameters:
    """As MAVSDK: a name that the vehicle does not have times out, a wrong type is refused."""

    def __init__(self, **values: float | int) -> None:
        self.values = values

    async def set_param_int(self, name: str, value: int) -> None:
        self._check(name, int)
        self.values[name] = value

    async def set_param_float(self, name: str, value: float) -> None:
        self._check(name, float)
        self.values[name] = value

    async def get_param_int(self, name: str) -> int:
        self._check(name, int)
        return int(self.values[name])

    async def get_param_float(self, name: str) -> float:
        self._check(name, float)
        return float(self.values[name])

    def _check(self, name: str, kind: type) -> None:
        if name not in self.values:
            raise ParamError(ParamResult.TIMEOUT, "set()")
        if not isinstance(self.values[name], kind):
            raise ParamError(ParamResult.WRONG_TYPE, "set()")


@pytest.mark.parametrize(
    ("firmware", "before", "after"),
    [
        (Firmware.PX4, {"RTL_RETURN_ALT": 30.0}, {"RTL_RETURN_ALT": 42.0}),
        (Firmware.ARDUPILOT, {"RTL_ALT": 1500}, {"RTL_ALT": 4200}),
        (Firmware.ARDUPILOT, {"RTL_ALT_M": 15.0}, {"RTL_ALT_M": 42.0}),
    ],
    ids=["px4", "ardupilot, centimetres", "ardupilot, metres"],
)
def test_it_is_set_where_it_is_kept(
    firmware: Firmware, before: dict[str, float], after: dict[str, float]
) -> None:
    parameters = Parameters(**before)
    assert asyncio.run(set_return_height(parameters, firmware, 42.0)) == ""
    assert parameters.values == after


def test_a_return_height_that_is_nowhere_is_said() -> None:
    why = asyncio.run(set_return_height(Parameters(), Firmware.ARDUPILOT, 42.0))
    assert why == "RTL_ALT_M: timeout"
