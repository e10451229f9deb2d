"""The whole world: site, vehicles and people put together and written as one SDF file."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from comms.contracts.site import Kiosk, Site
from simulation.bodies import Bodies
from simulation.gazebo.errors import SimulationError
from simulation.world import sdf
from simulation.world.buildings import add_buildings
from simulation.world.cars import add_cars
from simulation.world.drone_model import add_drone, hull_mass_kg, model_name
from simulation.world.folder import WorldFolder
from simulation.world.ground import add_ground
from simulation.world.kiosk import add_kiosks
from simulation.world.options import WorldOptions
from simulation.world.people_models import add_bystander, add_walker
from simulation.world.physics import add_physics
from simulation.world.robot_model import add_robot
from simulation.world.trees import add_trees
from simulation.world.walks import Walk, choose_walks
from simulation.world.wind import add_wind

WORLD_NAME = "site"
FILE_NAME = "world.sdf"
BETWEEN_DRONES_M = 3.0
_BESIDE_M, _PAD_FREE_M = 2.5, 6.0


@dataclass(frozen=True)
class World:
    """What was written: the file, and who walks where."""

    path: Path
    robot_start: tuple[float, float, float]
    walks: tuple[Walk, ...]
    bystanders: tuple[tuple[float, float], ...]
    pads: tuple[tuple[float, float], ...] = ()


def write_world(site: Site, bodies: Bodies, options: WorldOptions, folder: WorldFolder) -> World:
    """Write `world.sdf` and its meshes into `folder`.

    Raises SimulationError when the site has neither a kiosk nor a start given for the robot.
    """
    dice = random.Random(options.seed)
    root = sdf.Element("sdf", version="1.6")
    world = sdf.add(root, "world", name=WORLD_NAME)
    add_physics(world, options.speed)
    _add_place(world, site)
    _add_light(world)
    add_ground(world, site, folder)
    add_buildings(world, site, folder)
    add_trees(world, site, folder, dice)
    add_cars(world, site, folder, dice)
    add_kiosks(world, site, bodies.kiosk, folder)
    kiosk = site.kiosks[0] if site.kiosks else None
    robot_start = _robot_start(kiosk, options)
    add_robot(world, bodies.robot, robot_start)
    pads = _pads(site, len(options.drone_plugins))
    for number, (pad, plugin) in enumerate(zip(pads, options.drone_plugins, strict=True), start=1):
        add_drone(world, bodies.drone, pad, site.kiosks[0].heading_rad, plugin, model_name(number))
    if pads:
        add_wind(world, options.wind_mps, hull_mass_kg(bodies.drone))
    walks = choose_walks(site, options.walkers, dice)
    for number, walk in enumerate(walks):
        add_walker(world, number, walk)
    bystanders = _bystanders(kiosk, options.bystanders)
    for number, at in enumerate(bystanders):
        add_bystander(world, number, at)
    path = folder.path / FILE_NAME
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return World(path, robot_start, tuple(walks), bystanders, pads)


def _pads(site: Site, count: int) -> tuple[tuple[float, float], ...]:
    """A kiosk's pad for each drone; those for which there is no kiosk stand beside the first one's,
    further out in a row."""
    if not count:
        return ()
    if not site.kiosks:
        raise SimulationError("the site has no kiosk, so the drone has no pad to stand on")
    pads = [kiosk.pad for kiosk in site.kiosks][:count]
    first = site.kiosks[0]
    length = max(0.1, math.dist(first.pad, first.at))
    out = [(p - a) / length for p, a in zip(first.pad, first.at, strict=True)]
    for place in range(1, 1 + count - len(pads)):
        pads.append(
            (
                first.pad[0] + out[0] * place * BETWEEN_DRONES_M,
                first.pad[1] + out[1] * place * BETWEEN_DRONES_M,
            )
        )
    return tuple(pads)


def _robot_start(kiosk: Kiosk | None, options: WorldOptions) -> tuple[float, float, float]:
    if options.robot_start is not None:
        return options.robot_start
    if kiosk is None:
        raise SimulationError("the site has no kiosk: say where the robot starts (--start x,y,yaw)")
    return (*kiosk.dock, kiosk.heading_rad)


def _bystanders(kiosk: Kiosk | None, count: int) -> tuple[tuple[float, float], ...]:
    """Beside the kiosk, left of its front, in a row that leaves the dock free; to the right where
    the pad lies on the left."""
    if kiosk is None:
        return tuple((2.0 + number, 2.0) for number in range(count))
    left = (-math.sin(kiosk.heading_rad), math.cos(kiosk.heading_rad))
    away = (kiosk.pad[0] - kiosk.at[0], kiosk.pad[1] - kiosk.at[1])
    on_the_left = left[0] * away[0] + left[1] * away[1]
    if on_the_left > 0.0 and math.hypot(*away) < _BESIDE_M + _PAD_FREE_M:
        left = (-left[0], -left[1])
    return tuple(
        (kiosk.at[0] + left[0] * (_BESIDE_M + number), kiosk.at[1] + left[1] * (_BESIDE_M + number))
        for number in range(count)
    )


def _add_place(world: sdf.Element, site: Site) -> None:
    place = sdf.add(world, "spherical_coordinates")
    sdf.add(place, "surface_model", "EARTH_WGS84")
    sdf.add(place, "latitude_deg", f"{site.origin.latitude_deg:.9f}")
    sdf.add(place, "longitude_deg", f"{site.origin.longitude_deg:.9f}")
    sdf.add(place, "elevation", f"{site.origin.altitude_m or 0.0:.3f}")
    # Gazebo 11 takes x for west and y for south (a known fault); half a turn mends it.
    sdf.add(place, "heading_deg", 180)


def _add_light(world: sdf.Element) -> None:
    scene = sdf.add(world, "scene")
    sdf.add(scene, "ambient", "0.55 0.55 0.58 1")
    sdf.add(scene, "background", "0.68 0.80 0.93 1")
    sdf.add(scene, "shadows", False)
    sun = sdf.add(world, "light", name="sun", type="directional")
    sdf.add(sun, "cast_shadows", False)
    sdf.add_pose(sun, (0, 0, 50))
    sdf.add(sun, "diffuse", "0.75 0.74 0.70 1")
    sdf.add(sun, "specular", "0.1 0.1 0.1 1")
    sdf.add(sun, "direction", "-0.45 0.35 -0.82")
