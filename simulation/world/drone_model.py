"""The drone: a quadrotor that flies by the lift of its blades, with a camera on two gimbal joints.

Each rotor is a link on a hinge with two LiftDrag blades; Gazebo's ArduCopter plugin drives the
hinges from the autopilot's commands and sends the flight state back (see simulation/README.md). The
numbers of blades, inertias and gains are those that were flown in a probe: about half of full
command hovers at 1.5 kg, and lift grows with the mass that the unit's file gives.
"""

from __future__ import annotations

import math

from comms.contracts.vehicle import DroneBody
from simulation.world import sdf
from simulation.world.robot_model import add_camera

LINK = "base"
GIMBAL_ROLL, GIMBAL_PITCH = "gimbal_roll", "gimbal_pitch"
CAMERA = "camera"
IMU = "imu_sensor"
#: (x forward m, y left m, turn: +1 counter-clockwise seen from above)
ROTORS = ((0.13, -0.22, 1), (-0.13, 0.22, 1), (0.13, 0.22, -1), (-0.13, -0.22, -1))

REFERENCE_MASS_KG = 1.5
ROTOR_MASS_KG = 0.025
GIMBAL_MASS_KG = 0.03
GIMBAL_INERTIA = 2e-4
BLADE_AREA_M2 = 0.002
STAND_M = 0.19  # height of the middle of the hull over the ground
CAMERA_NEAR_M, CAMERA_FAR_M = 0.1, 250.0
#: the plugin waits for a silent controller so many steps before it lets the world run on
PATIENCE_STEPS = 0
HULL: sdf.Rgb = (0.90, 0.91, 0.93)
DARK: sdf.Rgb = (0.12, 0.12, 0.14)
BLUE: sdf.Rgb = (0.10, 0.25, 0.60)


def model_name(number: int) -> str:
    """Of the drone of that number, counted from 1."""
    return "drone" if number == 1 else f"drone_{number}"


def image_topic(name: str) -> str:
    """Where Gazebo publishes the pictures of the drone of that name."""
    return f"~/{name}/{GIMBAL_PITCH}/{CAMERA}/image"


def add_drone(
    world: sdf.Element,
    body: DroneBody,
    pad: tuple[float, float],
    yaw: float,
    plugin: str,
    name: str = "drone",
) -> None:
    """Standing on `pad` (map m), looking along `yaw`; `plugin`: file name of the flight plugin."""
    model = sdf.add(world, "model", name=name)
    sdf.add_pose(model, (*pad, STAND_M), (0.0, 0.0, yaw))
    scale = body.mass_kg / REFERENCE_MASS_KG
    base = sdf.add(model, "link", name=LINK)
    sdf.add(base, "enable_wind", True)
    sdf.add_inertial(base, hull_mass_kg(body), (0.02 * scale, 0.02 * scale, 0.035 * scale))
    _add_hull(base)
    sdf.add_sensor(base, IMU, "imu", 1000.0, always_on=True, turn=(math.pi, 0.0, 0.0))
    for number, (x, y, turn) in enumerate(ROTORS):
        _add_rotor(model, f"rotor_{number}", x, y)
        for side in (1, -1):
            _add_blade(model, f"rotor_{number}", side, turn, scale)
    _add_gimbal(model, body)
    _add_flight_plugin(model, plugin)


def hull_mass_kg(body: DroneBody) -> float:
    """What the base link weighs."""
    return body.mass_kg - 4 * ROTOR_MASS_KG - 2 * GIMBAL_MASS_KG


def _add_hull(base: sdf.Element) -> None:
    sdf.add_collision(base, "hull", sdf.box((0.34, 0.34, 0.10)))
    sdf.add_visual(base, "hull", sdf.box((0.28, 0.18, 0.08)), HULL)
    sdf.add_visual(base, "nose", sdf.box((0.04, 0.16, 0.05)), BLUE, (0.15, 0.0, 0.0))
    for number, (x, y, _) in enumerate(ROTORS):
        length = math.hypot(x, y)
        turn = (0.0, 0.0, math.atan2(y, x))
        arm = sdf.box((length, 0.03, 0.02))
        sdf.add_visual(base, f"arm_{number}", arm, DARK, (x / 2, y / 2, 0.03), turn)
    for name, side in (("left_skid", 1), ("right_skid", -1)):
        at = (0.0, side * 0.15, -STAND_M + 0.015)
        sdf.add_collision(base, name, sdf.box((0.34, 0.03, 0.03)), at, friction=0.8)
        sdf.add_visual(base, name, sdf.box((0.34, 0.02, 0.02)), DARK, at)
        for end in (1, -1):
            leg_at = (end * 0.10, side * 0.15, -STAND_M / 2)
            sdf.add_visual(base, f"{name}_leg_{end}", sdf.box((0.02, 0.02, STAND_M)), DARK, leg_at)


def _add_rotor(model: sdf.Element, name: str, x: float, y: float) -> None:
    link = sdf.add(model, "link", name=name)
    sdf.add_pose(link, (x, y, 0.06))
    sdf.add_inertial(link, ROTOR_MASS_KG, (2e-5, 2e-5, 4e-5))
    sdf.add_visual(link, "disc", sdf.box((0.20, 0.02, 0.006)), DARK)
    sdf.add_joint(model, f"{name}_joint", "revolute", LINK, name, (0, 0, 1))


def _add_blade(model: sdf.Element, rotor: str, side: int, turn: int, scale: float) -> None:
    plugin = sdf.add(model, "plugin", name=f"{rotor}_blade_{side}", filename="libLiftDragPlugin.so")
    values: dict[str, object] = {
        "a0": 0.3, "alpha_stall": 1.4, "cla": 4.25, "cda": 0.5, "cma": 0, "cla_stall": -0.025,
        "cda_stall": 0, "cma_stall": 0, "area": BLADE_AREA_M2 * scale, "air_density": 1.2041,
        "cp": f"{0.084 * side} 0 0", "forward": f"0 {side * turn} 0", "upward": "0 0 1",
        "link_name": rotor,
    }  # fmt: skip
    for tag, value in values.items():
        sdf.add(plugin, tag, value)


def _add_gimbal(model: sdf.Element, body: DroneBody) -> None:
    mount = body.camera.mount
    at = (mount.x_m, mount.y_m, mount.z_m)
    for name in (GIMBAL_ROLL, GIMBAL_PITCH):
        link = sdf.add(model, "link", name=name)
        sdf.add_pose(link, at)
        sdf.add_inertial(link, GIMBAL_MASS_KG, (GIMBAL_INERTIA,) * 3)
    sdf.add_visual(link, "housing", sdf.box((0.05, 0.06, 0.05)), DARK, (-0.06, 0.0, 0.0))
    add_camera(link, CAMERA, body.camera, (CAMERA_NEAR_M, CAMERA_FAR_M))
    sdf.add_joint(
        model, f"{GIMBAL_ROLL}_joint", "revolute", LINK, GIMBAL_ROLL, (1, 0, 0), (-1.2, 1.2),

    )  # fmt: skip
    sdf.add_joint(
        model, f"{GIMBAL_PITCH}_joint", "revolute", GIMBAL_ROLL, GIMBAL_PITCH, (0, 1, 0),
        (-1.2, 2.4),

    )  # fmt: skip


def _add_flight_plugin(model: sdf.Element, file_name: str) -> None:
    plugin = sdf.add(model, "plugin", name="flight", filename=file_name)
    sdf.add(plugin, "imuName", f"{LINK}::{IMU}")
    sdf.add(plugin, "connectionTimeoutMaxCount", PATIENCE_STEPS)
    for number, (_, _, turn) in enumerate(ROTORS):
        rotor = sdf.add(plugin, "rotor", id=str(number))
        sdf.add(rotor, "jointName", f"rotor_{number}_joint")
        sdf.add(rotor, "turningDirection", "ccw" if turn > 0 else "cw")
        sdf.add(rotor, "rotorVelocitySlowdownSim", 1)
        gains = {"p_gain": 0.004, "i_gain": 0, "d_gain": 0, "i_max": 0, "i_min": 0,
                 "cmd_max": 2.5, "cmd_min": -2.5}  # fmt: skip
        for tag, value in gains.items():
            sdf.add(rotor, f"vel_{tag}", value)
