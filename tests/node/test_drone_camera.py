"""The camera is pointed at a person's wish, in flight, and on each make."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from patrol_interfaces.msg import GeoPoint
from patrol_interfaces.srv import PointCamera

from drone.camera.pointing import point_camera
from drone.link.connection import Vehicle
from drone.link.gimbal import pitch_of
from drone.link.thread import LoopThread
from tests.drone_bench import PROFILES
from tests.node.test_drone_vehicle import linked, wait_for

pytestmark = pytest.mark.timeout(90)


def ask(thread: LoopThread, vehicle: Vehicle, **fields: Any) -> tuple[bool, str]:
    request = PointCamera.Request(who="Li", **fields)
    return thread.submit(point_camera(request, vehicle)).result(30.0)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_camera_looks_down_at_a_point_and_ahead(profile: str, tmp_path: Path) -> None:
    with linked(profile, tmp_path / "log") as (vehicle, thread):
        wait_for(lambda: (h := vehicle.view.health.fresh()) and h.armable, 15.0, "readiness")
        assert ask(thread, vehicle, where="up")[1] == '"up" should be ahead, nadir or point'
        wait_for(lambda: vehicle.view.gimbal.fresh(), 10.0, "the gimbal's word")
        actions, view = vehicle.actions, vehicle.view
        assert actions is not None
        thread.submit(actions.prepare(10.0, None)).result(5.0)
        thread.submit(actions.arm()).result(10.0)
        thread.submit(actions.take_off(10.0)).result(30.0)
        wait_for(lambda: actions.height_m() > 9.0, 10.0, "ten metres")

        def pitch_deg() -> float:
            gimbal = view.gimbal.fresh()
            assert gimbal is not None
            return math.degrees(pitch_of(gimbal))

        assert ask(thread, vehicle, where="nadir") == (True, "the camera looks nadir")
        assert pitch_deg() == pytest.approx(-90.0, abs=6.5)
        here = view.position.fresh()
        assert here is not None
        metres_north = 20.0
        latitude = here.latitude_deg + metres_north / 111_319.5
        at = GeoPoint(latitude=latitude, longitude=here.longitude_deg, altitude=math.nan)
        assert ask(thread, vehicle, where="point", at=at)[0]
        expected = -math.degrees(math.atan2(here.above_home_m, metres_north))
        assert pitch_deg() == pytest.approx(expected, abs=8.0)
        assert ask(thread, vehicle, where="ahead")[0]
        assert pitch_deg() == pytest.approx(0.0, abs=6.5)
        bad = GeoPoint(latitude=99.0, longitude=0.0, altitude=0.0)
        assert ask(thread, vehicle, where="point", at=bad)[1].endswith("no place on the earth")
        vehicle.view.gimbal.max_age_s = -1.0  # its word has stopped
        done, words = ask(thread, vehicle, where="nadir")
        assert (done, words) == (False, "no gimbal of the vehicle tells where it looks")
