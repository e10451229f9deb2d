"""ArduCopter's fence is switched on, with a FAKE Param plugin that has what it is given."""

from __future__ import annotations

import asyncio

from drone.link.fence_switch import switch_fence_on
from tests.unit.test_drone_return_height import Parameters


def test_the_fence_watches_polygons_and_height_and_not_the_circle() -> None:
    parameters = Parameters(FENCE_ENABLE=0, FENCE_TYPE=7, FENCE_ACTION=2, FENCE_ALT_MAX=100.0)
    assert asyncio.run(switch_fence_on(parameters, 125.0)) == ""
    assert parameters.values == {
        "FENCE_ENABLE": 1,
        "FENCE_TYPE": 5,
        "FENCE_ACTION": 1,
        "FENCE_ALT_MAX": 125.0,
    }


def test_a_vehicle_without_one_says_which_is_missing() -> None:
    parameters = Parameters(FENCE_ALT_MAX=100.0, FENCE_ACTION=1, FENCE_ENABLE=0)
    assert asyncio.run(switch_fence_on(parameters, 125.0)) == "FENCE_TYPE: timeout"
    assert parameters.values["FENCE_ENABLE"] == 0
