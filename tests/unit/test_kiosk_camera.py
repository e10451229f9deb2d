"""The kiosk's camera: it sees the pad, perception places what it sees, the world has it there."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from comms.contracts.kiosk_camera import kiosk_camera
from comms.contracts.site import Kiosk
from comms.contracts.site_reader import read_site
from comms.contracts.vehicle import KioskBody
from perception.config import LocateConfig, UnitConfig
from perception.errors import PerceptionError
from perception.kinds import PERSON
from perception.locate.camera_model import Lens, fixed_camera
from perception.locate.locator import Locator, Place
from simulation.bodies import Bodies
from simulation.world.folder import WorldFolder
from simulation.world.options import WorldOptions
from simulation.world.world import write_world

BODY = KioskBody()


def kiosk(pad: tuple[float, float], heading_rad: float = 0.3) -> Kiosk:
    return Kiosk(
        feature_id="k", name="k", at=(10.0, 5.0), heading_rad=heading_rad, dock=(12.0, 5.0), pad=pad
    )


@pytest.mark.parametrize("bearing", np.arange(0.0, math.tau, 0.7))
@pytest.mark.parametrize("away_m", [3.0, 6.0, 12.0])
def test_it_hangs_outside_of_the_cabin_and_sees_the_pad(bearing: float, away_m: float) -> None:
    pad = (10.0 + away_m * math.cos(bearing), 5.0 + away_m * math.sin(bearing))
    for heading in (0.0, 0.3, 2.0):
        camera = kiosk_camera(kiosk(pad, heading), BODY)
        x, y = camera.at[0] - 10.0, camera.at[1] - 5.0
        inner = [
            abs(x * math.cos(heading) + y * math.sin(heading)),
            abs(y * math.cos(heading) - x * math.sin(heading)),
        ]
        assert max(inner) > BODY.side_m / 2.0
        assert camera.sees(*pad, 15.0)
        assert not camera.sees(*pad, away_m - 3.0)
        assert not camera.sees(10.0 - 5.0 * math.cos(bearing), 5.0 - 5.0 * math.sin(bearing), 99.0)


def test_what_it_sees_is_placed_where_it_is() -> None:
    camera = kiosk_camera(kiosk((10.0, 11.0)), BODY)
    lens, config = Lens.of(BODY.camera), LocateConfig()
    pose = fixed_camera(camera.at, camera.yaw_rad, camera.pitch_rad, config)
    for feet in ((10.0, 11.0), (12.0, 10.0), (8.5, 14.0)):
        corners = np.array([[*feet, 0.0], [*feet, 1.7]]) - pose.origin
        (u, bottom), (_, top) = lens.project(corners @ pose.rotation)
        place = Locator(config).locate((u - 15.0, top, u + 15.0, bottom), PERSON, pose, lens, None)
        assert isinstance(place, Place)
        assert math.dist((place.east_m, place.north_m), feet) < 0.35
        assert math.sqrt(place.covariance.trace()) < 1.0


def test_the_world_has_it_where_perception_takes_it(tmp_path: Path, repository: Path) -> None:
    site = read_site(repository / "launch/sites/ningbo_east.site.geojson")
    written = write_world(site, Bodies(), WorldOptions(), WorldFolder(tmp_path, "/seen"))
    model = ElementTree.parse(written.path).find("world/model[@name='kiosk_0_camera']")
    assert model is not None
    x, y, z, _, _, yaw = (float(v) for v in model.findtext("pose", "").split())
    sensor = model.find("link/sensor")
    assert sensor is not None
    turn = [float(v) for v in sensor.findtext("pose", "").split()]
    expected = kiosk_camera(site.kiosks[0], BODY)
    assert (x, y, z, yaw) == pytest.approx((*expected.at, expected.yaw_rad), abs=1e-3)
    assert turn == pytest.approx([0, 0, 0, 0, expected.pitch_rad, 0], abs=1e-3)
    fov = float(sensor.findtext("camera/horizontal_fov", ""))
    assert fov == pytest.approx(expected.horizontal_fov_rad)


def test_bystanders_leave_the_pad_free(tmp_path: Path, repository: Path) -> None:
    site = read_site(repository / "launch/sites/ningbo_east.site.geojson")
    beside = kiosk((7.0, 5.0), heading_rad=-math.pi / 2.0)  # 3 m to the right of its front
    for pad in ((7.0, 5.0), (13.0, 5.0), (40.0, 5.0)):
        here = site.model_copy(update={"kiosks": (beside.model_copy(update={"pad": pad}),)})
        options = WorldOptions(bystanders=3)
        written = write_world(here, Bodies(), options, WorldFolder(tmp_path, "/seen"))
        assert min(math.dist(at, pad) for at in written.bystanders) > 5.0


def test_perception_knows_the_kiosks_camera_by_name() -> None:
    unit = UnitConfig().with_cameras("kiosk, robot")
    assert unit.perception.cameras == ("kiosk", "robot")
    with pytest.raises(PerceptionError, match="'shop' is not one of robot, drone, kiosk"):
        UnitConfig().with_cameras("shop")
