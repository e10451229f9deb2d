"""The autopilot's own failsafes, with a FAKE Param plugin that has what it is given."""

from __future__ import annotations

import asyncio

import pytest

from drone.link.failsafe_config import FailsafeConfig
from drone.link.failsafes import Failsafes
from drone.link.state import FailsafeState
from drone.missions.encoding import Firmware
from simulation.autopilot.profiles.ardupilot_parameters import ARDUPILOT_PARAMETERS
from simulation.autopilot.profiles.px4_parameters import PX4_PARAMETERS
from tests.unit.test_drone_return_height import Parameters

MAKES = {Firmware.PX4: PX4_PARAMETERS, Firmware.ARDUPILOT: ARDUPILOT_PARAMETERS}


class Counted(Parameters):
    """Counts what is set."""

    sets = 0

    async def set_param_int(self, name: str, value: int) -> None:
        self.sets += 1
        await super().set_param_int(name, value)

    async def set_param_float(self, name: str, value: float) -> None:
        self.sets += 1
        await super().set_param_float(name, value)


def look(
    parameters: Parameters, make: Firmware, config: FailsafeConfig | None = None, may: bool = True
) -> FailsafeState:
    return asyncio.run(Failsafes(parameters, config or FailsafeConfig()).look(make, may))


@pytest.mark.parametrize("make", MAKES)
def test_as_the_make_leaves_its_factory_they_are_set_and_then_left_alone(make: Firmware) -> None:
    parameters = Counted(**MAKES[make])
    found = look(parameters, make)
    assert found.wrong == ()
    assert found.changed
    assert "link lost for 20 s: return" in found.words
    first = parameters.sets
    assert look(parameters, make) == FailsafeState((), (), found.words)
    assert parameters.sets == first


def test_what_px4_does_is_set_by_its_names() -> None:
    parameters = Parameters(**PX4_PARAMETERS)
    look(parameters, Firmware.PX4, FailsafeConfig(link_loss="land", link_loss_after_s=30))
    names = ("NAV_DLL_ACT", "COM_DL_LOSS_T", "COM_LOW_BAT_ACT", "BAT_CRIT_THR", "GF_ACTION")
    assert [parameters.values[n] for n in names] == [3, 30, 3, 0.12, 3]


def test_what_arducopter_does_is_set_by_its_names_and_in_its_units() -> None:
    parameters = Parameters(**{**ARDUPILOT_PARAMETERS, "FS_OPTIONS": 18, "FS_EKF_ACTION": 3})
    look(parameters, Firmware.ARDUPILOT, FailsafeConfig(link_loss_after_s=300))
    names = ("FS_GCS_ENABLE", "FS_GCS_TIMEOUT", "FS_OPTIONS", "FS_EKF_ACTION", "BATT_FS_LOW_ACT")
    assert [parameters.values[n] for n in names] == [1, 120.0, 16, 3, 2]
    assert parameters.values["BATT_LOW_MAH"] == pytest.approx(0.12 * 5900)


def test_a_vehicle_that_is_only_to_be_looked_at_keeps_its_own_and_is_told_wrong() -> None:
    for config, may in ((FailsafeConfig(handling="verify"), True), (FailsafeConfig(), False)):
        parameters = Counted(**PX4_PARAMETERS)
        found = look(parameters, Firmware.PX4, config, may)
        assert parameters.sets == 0
        assert "NAV_DLL_ACT is 0 instead of 2" in found.wrong


def test_an_arducopter_that_heeds_another_ground_station_is_told_and_not_changed() -> None:
    for name in ("SYSID_MYGCS", "MAV_GCS_SYSID"):
        values = {**ARDUPILOT_PARAMETERS}
        del values["SYSID_MYGCS"]
        parameters = Parameters(**values, **{name: 252})
        found = look(parameters, Firmware.ARDUPILOT)
        assert found.wrong == ("it heeds ground station 252, and this one is 255",)
        assert parameters.values[name] == 252


def test_what_a_vehicle_does_not_have_is_wrong_unless_older_versions_lack_it() -> None:
    values = {**ARDUPILOT_PARAMETERS}
    del values["FS_GCS_TIMEOUT"]
    assert look(Parameters(**values), Firmware.ARDUPILOT).wrong == ()
    del values["FS_GCS_ENABLE"]
    assert look(Parameters(**values), Firmware.ARDUPILOT).wrong == ("FS_GCS_ENABLE: timeout",)
