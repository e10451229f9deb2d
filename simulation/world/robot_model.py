"""The ground robot: two driven wheels, two sliding casters, a body whose touch is the bumper, and
its sensors.

The model's own frame is `base_link`: on the ground, between the wheels. The wheels are turned by
Gazebo's DiffDrive plugin; how far they really turned is read from the wheels' poses, so that slip
is real.
"""

from __future__ import annotations

import math

from comms.contracts.vehicle import Camera, Mount, RobotBody
from simulation.world import sdf

NAME = "robot"
LINK = "base"
LEFT_WHEEL, RIGHT_WHEEL = "left_wheel", "right_wheel"
LIDAR, CAMERA, IMU, GNSS, BUMPER = "lidar", "camera", "imu", "gnss", "bumper"
IMU_TOPIC = "~/robot/base/imu/imu"

MASS_KG = 30.0
WHEEL_MASS_KG = 1.5
#: Over the wheels and the rear caster, so that it stands without rocking; the link's own frame
#: lies there.
CENTRE_OF_MASS = (-0.06, 0.0, 0.16)
WHEEL_WIDTH_M = 0.05
DECK_LOW_M, DECK_HIGH_M = 0.22, 0.34
CLEARANCE_M = 0.06
CASTER_RADIUS_M = 0.04
CASTER_LIFT_M = 0.002
TORQUE_NM = 15.0
TILT_RAD = 0.02
LIDAR_SIGMA_M = 0.01
LIDAR_BLIND_M = 0.12
CAMERA_NEAR_M, CAMERA_FAR_M = 0.08, 180.0
SHELL: sdf.Rgb = (0.88, 0.90, 0.93)
BLUE: sdf.Rgb = (0.10, 0.25, 0.60)
DARK: sdf.Rgb = (0.12, 0.12, 0.13)


def add_robot(world: sdf.Element, body: RobotBody, start: tuple[float, float, float]) -> None:
    """`start`: x m, y m, yaw rad of base_link in `map`."""
    model = sdf.add(world, "model", name=NAME)
    sdf.add_pose(model, (start[0], start[1], 0.0), (0.0, 0.0, start[2]))
    base = sdf.add(model, "link", name=LINK)
    sdf.add_pose(base, CENTRE_OF_MASS)
    depth = body.length_m**2 + DECK_HIGH_M**2
    span = body.width_m**2 + DECK_HIGH_M**2
    flat = body.length_m**2 + body.width_m**2
    factor = MASS_KG / 12
    sdf.add_inertial(base, MASS_KG, (factor * span, factor * depth, factor * flat))
    _add_shell(base, body)
    _add_casters(base, body)
    _add_sensors(base, body)
    for name, side in ((LEFT_WHEEL, 1), (RIGHT_WHEEL, -1)):
        _add_wheel(model, name, side * body.wheel_track_m / 2, body.wheel_radius_m)
    drive = sdf.add(model, "plugin", name="drive", filename="libDiffDrivePlugin.so")
    sdf.add(drive, "left_joint", f"{LEFT_WHEEL}_joint")
    sdf.add(drive, "right_joint", f"{RIGHT_WHEEL}_joint")
    sdf.add(drive, "torque", TORQUE_NM)


def _add_shell(base: sdf.Element, body: RobotBody) -> None:
    keel_width = body.wheel_track_m - WHEEL_WIDTH_M - 0.02
    keel = (body.length_m, keel_width, DECK_LOW_M - CLEARANCE_M)
    keel_at = (0.0, 0.0, (DECK_LOW_M + CLEARANCE_M) / 2)
    deck = (body.length_m, body.width_m, DECK_HIGH_M - DECK_LOW_M)
    deck_at = (0.0, 0.0, (DECK_HIGH_M + DECK_LOW_M) / 2)
    for name, size, at, colour in (("keel", keel, keel_at, BLUE), ("deck", deck, deck_at, SHELL)):
        sdf.add_collision(base, name, sdf.box(size), _in_link(at), _out_of_the_lidars_plane(body))
        sdf.add_visual(base, name, sdf.box(size), colour, _in_link(at))
    top = body.camera.mount.z_m
    mast_x = body.camera.mount.x_m - 0.08
    mast = top - DECK_HIGH_M
    sdf.add_visual(
        base,
        "mast",
        sdf.cylinder(0.025, mast),
        DARK,
        _in_link((mast_x, 0.0, DECK_HIGH_M + mast / 2)),
    )
    sdf.add_visual(base, "head", sdf.box((0.06, 0.14, 0.09)), SHELL, _in_link((mast_x, 0.0, top)))
    lidar = body.lidar
    sdf.add_visual(
        base,
        "lidar",
        sdf.cylinder(0.05, 0.07),
        DARK,
        _in_link((lidar.x_m, lidar.y_m, lidar.z_m - 0.05)),
    )


def _out_of_the_lidars_plane(body: RobotBody) -> sdf.Xyz:
    """A slight turn of the body's boxes, so that no ray of the lidar runs parallel to their tops.

    Gazebo's ray against a box gives a hit, at random, when the ray runs within 1e-6 rad of parallel
    over it. The line in which the tilted tops cross the lidar's plane lies between two rays, on
    both sides.
    """
    step = math.tau / body.lidar_samples
    line = -math.pi + (round((math.radians(60) + math.pi) / step) + 0.25) * step
    return (TILT_RAD * math.cos(line), TILT_RAD * math.sin(line), 0.0)


def _add_casters(base: sdf.Element, body: RobotBody) -> None:
    for name, side in (("front_caster", 1), ("rear_caster", -1)):
        at = (side * (body.length_m / 2 - 0.06), 0.0, CASTER_RADIUS_M + CASTER_LIFT_M)
        sdf.add_collision(base, name, sdf.sphere(CASTER_RADIUS_M), _in_link(at), friction=0.0)


def _add_wheel(model: sdf.Element, name: str, y: float, radius: float) -> None:
    link = sdf.add(model, "link", name=name)
    sdf.add_pose(link, (0.0, y, radius), (-math.pi / 2, 0.0, 0.0))
    side = WHEEL_MASS_KG * (3 * radius**2 + WHEEL_WIDTH_M**2) / 12
    sdf.add_inertial(link, WHEEL_MASS_KG, (side, side, WHEEL_MASS_KG * radius**2 / 2))
    shape = sdf.cylinder(radius, WHEEL_WIDTH_M)
    sdf.add_collision(link, "tyre", shape, friction=1.0)
    sdf.add_visual(link, "tyre", sdf.cylinder(radius, WHEEL_WIDTH_M), DARK)
    sdf.add_joint(model, f"{name}_joint", "revolute", LINK, name, (0, 0, 1))


def _add_sensors(base: sdf.Element, body: RobotBody) -> None:
    _add_lidar(base, body)
    at, turn = mount_pose(body.camera.mount)
    add_camera(base, CAMERA, body.camera, (CAMERA_NEAR_M, CAMERA_FAR_M), _in_link(at), turn)
    imu = sdf.add_sensor(base, IMU, "imu", body.imu_rate_hz, always_on=True)
    frame = sdf.add(sdf.add(imu, "imu"), "orientation_reference_frame")
    sdf.add(frame, "localization", "ENU")
    antenna = _in_link((0.0, 0.0, DECK_HIGH_M))
    sdf.add_sensor(base, GNSS, "gps", body.gnss_rate_hz, always_on=True, at=antenna)
    bumper = sdf.add_sensor(base, BUMPER, "contact", 20.0, always_on=True)
    contact = sdf.add(bumper, "contact")
    for collision in ("keel", "deck"):
        sdf.add(contact, "collision", collision)


def _add_lidar(base: sdf.Element, body: RobotBody) -> None:
    at, turn = mount_pose(body.lidar)
    sensor = sdf.add_sensor(
        base, LIDAR, "ray", body.lidar_rate_hz, always_on=True, at=_in_link(at), turn=turn
    )
    ray = sdf.add(sensor, "ray")
    horizontal = sdf.add(sdf.add(ray, "scan"), "horizontal")
    step = math.tau / body.lidar_samples
    sdf.add(horizontal, "samples", body.lidar_samples)
    sdf.add(horizontal, "resolution", 1)
    sdf.add(horizontal, "min_angle", -math.pi)
    sdf.add(horizontal, "max_angle", math.pi - step)
    limits = sdf.add(ray, "range")
    sdf.add(limits, "min", LIDAR_BLIND_M)
    sdf.add(limits, "max", body.lidar_range_m)
    sdf.add(limits, "resolution", 0.01)
    sdf.add_gaussian_noise(ray, LIDAR_SIGMA_M)


def mount_pose(mount: Mount) -> tuple[sdf.Xyz, sdf.Xyz]:
    return (mount.x_m, mount.y_m, mount.z_m), (0.0, mount.pitch_rad, 0.0)


def _in_link(at: sdf.Xyz) -> sdf.Xyz:
    """A place given from base_link, in the link's own frame."""
    x, y, z = CENTRE_OF_MASS
    return at[0] - x, at[1] - y, at[2] - z


def add_camera(
    link: sdf.Element,
    name: str,
    camera: Camera,
    clip_m: tuple[float, float],
    at: sdf.Xyz = sdf.ZERO,
    turn: sdf.Xyz = sdf.ZERO,
) -> None:
    """A camera that renders only while somebody listens; it draws what lies within `clip_m`."""
    sensor = sdf.add_sensor(link, name, "camera", camera.rate_hz, always_on=False, at=at, turn=turn)
    optics = sdf.add(sensor, "camera")
    sdf.add(optics, "horizontal_fov", camera.horizontal_fov_rad)
    image = sdf.add(optics, "image")
    sdf.add(image, "width", camera.width_px)
    sdf.add(image, "height", camera.height_px)
    sdf.add(image, "format", "R8G8B8")
    clip = sdf.add(optics, "clip")
    sdf.add(clip, "near", clip_m[0])
    sdf.add(clip, "far", clip_m[1])
