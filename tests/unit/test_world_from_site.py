"""The generated world has what the site has, where the site has it."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from shapely.geometry import LineString, Point, Polygon, box
from shapely.ops import unary_union

from comms.contracts.landing_board import LANDING_BOARD
from comms.contracts.site import Site
from comms.contracts.site_reader import read_site
from comms.contracts.vehicle import Camera, DroneBody, Mount, RobotBody
from simulation.bodies import Bodies
from simulation.gazebo.errors import SimulationError
from simulation.world.buildings import as_rectangle
from simulation.world.drone_model import hull_mass_kg
from simulation.world.folder import WorldFolder
from simulation.world.ground import ground_layers
from simulation.world.options import WorldOptions
from simulation.world.triangles import flat, prism
from simulation.world.wind import DRAG_KGPS
from simulation.world.world import World, write_world


@pytest.fixture(scope="module")
def site(repository: Path) -> Site:
    return read_site(repository / "launch/sites/ningbo_east.site.geojson")


def build(
    site: Site, folder: Path, options: WorldOptions, robot: RobotBody | None = None
) -> tuple[World, ElementTree.Element]:
    written = write_world(
        site, Bodies(robot=robot or RobotBody()), options, WorldFolder(folder, "/seen")
    )
    world = ElementTree.parse(written.path).getroot().find("world")
    assert world is not None
    return written, world


@pytest.fixture(scope="module")
def made(site: Site, tmp_path_factory: pytest.TempPathFactory) -> ElementTree.Element:
    options = WorldOptions(drone_plugins=("libFlight.so",), bystanders=2)
    return build(site, tmp_path_factory.mktemp("world"), options)[1]


def model(world: ElementTree.Element, name: str) -> ElementTree.Element:
    found = world.find(f"model[@name='{name}']")
    assert found is not None, f"no model {name}"
    return found


def pose_of(element: ElementTree.Element) -> list[float]:
    return [float(part) for part in element.findtext("pose", "0 0 0 0 0 0").split()]


def read_stl(path: Path) -> np.ndarray:
    record = np.dtype([("n", "<f4", 3), ("c", "<f4", (3, 3)), ("s", "<u2")])
    return np.fromfile(path, record, offset=84)["c"]


def test_every_building_stands_on_its_outline_with_its_height(
    site: Site, made: ElementTree.Element, tmp_path: Path
) -> None:
    build(site, tmp_path, WorldOptions())
    for number, building in enumerate(site.buildings):
        outline = Polygon(building.ring)
        corners = read_stl(tmp_path / f"building_{number}.stl").reshape(-1, 3)
        assert corners[:, 2].max() == pytest.approx(building.height_m)
        assert corners[:, 2].min() == 0.0
        shown = Polygon(building.ring).boundary
        assert max(shown.distance(Point(x, y)) for x, y, _ in corners) < 0.01
        collision = model(made, f"building_{number}").find("link/collision")
        assert collision is not None
        size = collision.findtext("geometry/box/size")
        if size is None:  # not a rectangle: collides as its own mesh
            assert collision.find("geometry/mesh") is not None
            assert as_rectangle(outline) is None
        else:
            x, y, _, _, _, yaw = pose_of(collision)
            length, width, height = (float(part) for part in size.split())
            assert (x, y) == pytest.approx(outline.centroid.coords[0], abs=0.01)
            assert length * width == pytest.approx(outline.area, rel=0.01)
            assert height == pytest.approx(building.height_m)
            assert math.isfinite(yaw)


def test_an_l_shaped_building_is_no_rectangle_and_a_turned_square_is() -> None:
    assert as_rectangle(Polygon([(0, 0), (10, 0), (10, 4), (4, 4), (4, 10), (0, 10)])) is None
    turned = as_rectangle(Polygon([(0, 0), (3, 4), (-1, 7), (-4, 3)]))
    assert turned is not None
    assert turned[2] == pytest.approx(5.0)
    assert math.remainder(turned[4] - math.atan2(4, 3), math.pi / 2) == pytest.approx(0.0)


def test_trees_and_cars_collide_where_they_stand(site: Site, made: ElementTree.Element) -> None:
    for kind, things in (("tree", site.trees), ("car", site.cars)):
        link = model(made, f"{kind}s").find("link")
        assert link is not None
        at = {c.get("name"): pose_of(c) for c in link.findall("collision")}
        assert len(at) == len(things)
        for thing in things:
            assert at[f"{kind}_{thing.feature_id}"][:2] == pytest.approx(thing.at, abs=1e-3)


def test_the_robot_starts_on_the_dock_and_the_drone_on_the_pad(
    site: Site, made: ElementTree.Element
) -> None:
    kiosk = site.kiosks[0]
    robot, drone = pose_of(model(made, "robot")), pose_of(model(made, "drone"))
    assert robot[:2] == pytest.approx(kiosk.dock, abs=1e-3)
    assert robot[5] == pytest.approx(kiosk.heading_rad, abs=1e-5)
    assert drone[:2] == pytest.approx(kiosk.pad, abs=1e-3)


def test_the_lidar_and_the_camera_sit_where_the_unit_has_them(site: Site, tmp_path: Path) -> None:
    body = RobotBody(
        lidar=Mount(x_m=0.05, z_m=0.5),
        camera=Camera(mount=Mount(x_m=0.1, y_m=0.02, z_m=1.2, pitch_rad=0.1), width_px=320),
    )
    robot = model(build(site, tmp_path, WorldOptions(), body)[1], "robot")
    base = robot.find("link[@name='base']")
    assert base is not None
    places = {
        sensor.get("name"): [a + b for a, b in zip(pose_of(base), pose_of(sensor), strict=True)]
        for sensor in base.findall("sensor")
    }
    assert places["lidar"] == pytest.approx([0.05, 0.0, 0.5, 0.0, 0.0, 0.0])
    assert places["camera"] == pytest.approx([0.1, 0.02, 1.2, 0.0, 0.1, 0.0])
    camera = base.find("sensor[@name='camera']")
    assert camera is not None
    assert camera.findtext("camera/image/width") == "320"


def test_without_a_drone_there_is_none(site: Site, tmp_path: Path) -> None:
    world = build(site, tmp_path, WorldOptions())[1]
    assert world.find("model[@name='drone']") is None


def test_the_same_seed_gives_the_same_world_and_another_another(site: Site, tmp_path: Path) -> None:
    texts = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        folder = tmp_path / name
        folder.mkdir()
        texts.append(build(site, folder, WorldOptions(seed=seed))[0].path.read_text())
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_layers_of_the_ground_do_not_lie_over_each_other_at_one_height(site: Site) -> None:
    layers = ground_layers(site)
    assert {"asphalt", "paving", "zebra"} <= {name for name, *_ in layers}
    for index, (name, shape, height, _) in enumerate(layers):
        for other_name, other, other_height, _ in layers[index + 1 :]:
            if height == other_height and not {"keep_out", "lane_marks", "zebra"} & {
                name,
                other_name,
            }:
                assert shape.intersection(other).area < 0.01, (name, other_name)


def test_walkers_keep_to_the_pavement_clear_of_what_stands_there(
    site: Site, tmp_path: Path
) -> None:
    world, tree = build(site, tmp_path, WorldOptions(walkers=4))
    assert len(world.walks) == 4
    assert len(tree.findall("actor")) == 4
    pavements = [
        LineString(way.line).buffer(way.width_m / 2 + 0.01) for way in site.walkways
    ]  # a walk may run over the corner of its pavement
    solid = [Polygon(building.ring) for building in site.buildings]
    solid += [Point(tree.at).buffer(tree.trunk_radius_m) for tree in site.trees]
    for walk in world.walks:
        line = LineString(walk.points)
        assert any(pavement.intersection(line).length > 0.9 * line.length for pavement in pavements)
        assert min(line.distance(shape) for shape in solid) > 0.3
        assert Point(site.kiosks[0].dock).distance(line) > 1.0


def test_a_site_without_a_kiosk_needs_a_start(site: Site, tmp_path: Path) -> None:
    bare = site.model_copy(update={"kiosks": ()})
    with pytest.raises(SimulationError, match="--start"):
        build(bare, tmp_path, WorldOptions())
    _, world = build(bare, tmp_path, WorldOptions(robot_start=(1.0, 2.0, 0.5)))
    assert pose_of(model(world, "robot"))[:2] == [1.0, 2.0]


def test_a_prism_is_closed_and_looks_outwards() -> None:
    shape = Polygon([(0, 0), (4, 0), (4, 3), (0, 3)]).difference(Point(2, 1.5).buffer(0.5))
    triangles = prism(shape, 0.0, 2.0, floor=True).astype(float)
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    volume = float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)
    assert volume == pytest.approx(shape.area * 2.0, rel=1e-5)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)[triangles[:, :, 2].min(1) > 1.9].sum() / 2
    assert area == pytest.approx(shape.area, rel=1e-5)


def test_a_flat_of_nothing_is_no_triangles() -> None:
    assert flat(Polygon(), 0.0).shape == (0, 3, 3)


@pytest.mark.parametrize("samples", [360, 720, 721, 4096])
def test_no_ray_of_the_lidar_is_parallel_to_the_robots_own_boxes(
    site: Site, tmp_path: Path, samples: int
) -> None:
    robot = model(
        build(site, tmp_path, WorldOptions(), RobotBody(lidar_samples=samples))[1], "robot"
    )
    deck = robot.find("link/collision[@name='deck']")
    lidar = robot.find("link/sensor[@name='lidar']")
    assert deck is not None
    assert lidar is not None
    roll, pitch = pose_of(deck)[3:5]
    first, last = (
        float(lidar.findtext(f"ray/scan/horizontal/{e}_angle", "")) for e in ("min", "max")
    )
    angles = np.linspace(first, last, samples)
    climb = np.sin(pitch) * np.cos(angles) - np.cos(pitch) * np.sin(roll) * np.sin(angles)
    assert np.abs(climb).min() > 5e-6


def test_the_pad_has_the_landing_board_with_every_black_cell(site: Site, tmp_path: Path) -> None:
    build(site, tmp_path, WorldOptions(drone_plugins=("libFlight.so",)))
    black = read_stl(tmp_path / "pad_0_black.stl")
    white = read_stl(tmp_path / "pad_0_white.stl")
    side = LANDING_BOARD.side_m
    areas = [
        float(np.linalg.norm(np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]), axis=1).sum()) / 2
        for t in (black, white)
    ]
    assert sum(areas) == pytest.approx(side**2, rel=1e-3)
    cells = unary_union([box(*cell) for cell in LANDING_BOARD.black()])
    assert areas[0] == pytest.approx(cells.area, rel=1e-3)
    assert white.reshape(-1, 3)[:, :2].mean(axis=0) == pytest.approx(site.kiosks[0].pad, abs=0.2)


def test_wind_pushes_the_drone_alone_and_still_air_has_no_plugin(
    site: Site, tmp_path: Path
) -> None:
    windy = WorldOptions(drone_plugins=("libFlight.so",), wind_mps=(3.0, -4.0))
    _, world = build(site, tmp_path, windy)
    assert world.findtext("wind/linear_velocity") == "3 -4 0"
    factor = world.findtext("plugin/force_approximation_scaling_factor")
    assert float(factor or 0) * hull_mass_kg(DroneBody()) == pytest.approx(DRAG_KGPS, rel=1e-3)
    feel = [m.get("name") for m in world.findall("model") if m.find("link/enable_wind") is not None]
    assert feel == ["drone"]
    _, still = build(site, tmp_path, WorldOptions(drone_plugins=("libFlight.so",)))
    assert still.find("plugin") is None
