"""People: walkers that cameras see (Gazebo actors) with a body that the lidar and the bumper feel,
and bystanders.

An actor has no physics, so each has a companion: an invisible floating cylinder that the `people`
node pushes along with it. A bystander is one such body, visible: it stands until it is told to step
somewhere, so a test can put a person in the robot's way.
"""

from __future__ import annotations

from comms.contracts.site import Xy
from simulation.world import sdf
from simulation.world.walks import BODY_RADIUS_M, Walk, timetable

BODY_HEIGHT_M = 1.75
MIDDLE_M = BODY_HEIGHT_M / 2 + 0.05  # clear of the ground
BODY_MASS_KG = 20.0
UPRIGHT_INERTIA = 1e4  # kg m^2: a push does not turn it over
VELOCITY_DECAY = 0.002  # per step: left alone it stops within some seconds
BODY_LINK = "body"
ACTOR_Z_M = 0.0
WALK_MESH = "walk.dae"
STAND_MESH = "file://media/models/stand.dae"
HIPS_M = 1.0  # the mesh's origin is at the hips


def walker_name(number: int) -> str:
    return f"walker_{number}"


def body_name(number: int) -> str:
    return f"walker_{number}_body"


def bystander_name(number: int) -> str:
    return f"bystander_{number}"


def add_walker(world: sdf.Element, number: int, walk: Walk) -> None:
    actor = sdf.add(world, "actor", name=walker_name(number))
    x, y = walk.points[0]
    table = timetable(walk)
    sdf.add_pose(actor, (x, y, ACTOR_Z_M), (0.0, 0.0, table[0].yaw_rad))
    _add_clip(actor, "skin", None)
    _add_clip(actor, "animation", "walking")
    script = sdf.add(actor, "script")
    sdf.add(script, "loop", True)
    sdf.add(script, "delay_start", 0)
    sdf.add(script, "auto_start", True)
    trajectory = sdf.add(script, "trajectory", id="0", type="walking")
    for stop in table:
        waypoint = sdf.add(trajectory, "waypoint")
        sdf.add(waypoint, "time", f"{stop.time_s:.3f}")
        sdf.add_pose(waypoint, (stop.x_m, stop.y_m, ACTOR_Z_M), (0.0, 0.0, stop.yaw_rad))
    _add_body(world, body_name(number), walk.points[0])


def add_bystander(world: sdf.Element, number: int, at: Xy) -> None:
    body = _add_body(world, bystander_name(number), at)
    visual = sdf.add(body, "visual", name="person")
    sdf.add_pose(visual, (0.0, 0.0, HIPS_M - MIDDLE_M))
    visual.append(sdf.mesh(STAND_MESH))


def _add_clip(actor: sdf.Element, tag: str, name: str | None) -> None:
    clip = sdf.add(actor, tag) if name is None else sdf.add(actor, tag, name=name)
    sdf.add(clip, "filename", WALK_MESH)
    sdf.add(clip, "scale", 1)
    if name is not None:
        sdf.add(clip, "interpolate_x", "true")


def _add_body(world: sdf.Element, name: str, at: Xy) -> sdf.Element:
    """A body that floats, slides on anything, does not turn over, and moves as it is pushed."""
    model = sdf.add(world, "model", name=name)
    sdf.add_pose(model, (at[0], at[1], MIDDLE_M))
    sdf.add(model, "allow_auto_disable", False)
    body = sdf.add(model, "link", name=BODY_LINK)
    sdf.add(body, "gravity", False)
    sdf.add(sdf.add(body, "velocity_decay"), "linear", VELOCITY_DECAY)
    sdf.add_inertial(body, BODY_MASS_KG, (UPRIGHT_INERTIA,) * 3)
    sdf.add_collision(body, "body", sdf.cylinder(BODY_RADIUS_M, BODY_HEIGHT_M), friction=0.0)
    return body
