"""What the simulated drivers compute from Gazebo's truth: odometry, errors, battery, gimbal,
people."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from simulation.bridge.battery import FakeBattery
from simulation.bridge.config import BridgeConfig
from simulation.bridge.gnss_error import GnssError
from simulation.bridge.wheel_odometry import WHEEL_AT_REST, WheelEncoder, WheelOdometry
from simulation.gazebo.gimbal_firmware import GimbalFirmware
from simulation.gazebo.pace import PaceKeeper
from simulation.people.bodies import Bystander, Pusher, Robot, aim_of_walker
from simulation.quaternions import Quaternion, about_z, pitch_of, product, roll_of
from simulation.world.walks import Stride, Walk, Walker

SECOND = 1_000_000_000


def turned(angle: float) -> Quaternion:
    return product(WHEEL_AT_REST, about_z(angle))


def test_an_encoder_counts_whole_turns_both_ways() -> None:
    encoder = WheelEncoder()
    angles = [0.5 * step for step in range(60)] + [29.5 - 0.5 * step for step in range(80)]
    for angle in angles:
        counted = encoder.read(turned(angle))
        assert counted == pytest.approx(angle, abs=2 * math.tau / 4096)


def test_odometry_of_a_quarter_circle() -> None:
    odometry = WheelOdometry(wheel_radius_m=0.1, wheel_track_m=0.4)
    radius, steps = 2.0, 200
    for step in range(steps + 1):
        arc = math.pi / 2 * step / steps
        left, right = (radius - 0.2) * arc / 0.1, (radius + 0.2) * arc / 0.1
        state = odometry.update(step * SECOND // 20, left, right)
    assert (state.x_m, state.y_m) == pytest.approx((radius, radius), abs=1e-3)
    assert state.yaw_rad == pytest.approx(math.pi / 2)
    assert state.speed_mps == pytest.approx(radius * math.pi / 2 / 10, rel=1e-3)
    assert state.variance_m2 > 0.001


def test_odometry_ignores_readings_that_are_not_newer() -> None:
    odometry = WheelOdometry(0.1, 0.4)
    odometry.update(SECOND, 0.0, 0.0)
    odometry.update(2 * SECOND, 10.0, 10.0)
    assert odometry.update(2 * SECOND, 99.0, 99.0).x_m == pytest.approx(1.0)


def test_white_fix_errors_have_the_sigma_that_was_asked_for() -> None:
    error = GnssError(0.1, 0.0, seed=1)
    drawn = [error.draw(k * SECOND) for k in range(4000)]
    for axis, sigma in ((0, 0.1), (1, 0.1), (2, 0.2)):
        values = [sample[axis] for sample in drawn]
        assert math.sqrt(sum(v * v for v in values) / len(values)) == pytest.approx(sigma, rel=0.1)


def test_correlated_fix_errors_wander_slowly() -> None:
    error = GnssError(1.0, 60.0, seed=1)
    east = [error.draw(k * SECOND // 5)[0] for k in range(20000)]
    steps = [abs(b - a) for a, b in pairwise(east)]
    assert max(steps) < 0.5
    assert math.sqrt(sum(e * e for e in east) / len(east)) == pytest.approx(1.0, rel=0.4)


def test_the_battery_drains_while_driving_and_charges_at_the_dock() -> None:
    battery = FakeBattery(480.0, BridgeConfig(battery_start_fraction=0.5))
    battery.step(0, 0.0, docked=False)
    battery.step(3600 * SECOND, 1.0, docked=False)
    assert battery.fraction == pytest.approx(0.5 - (35 + 70) / 480)
    assert not battery.charging
    before = battery.fraction
    battery.step(4600 * SECOND, 0.0, docked=True)
    assert battery.charging
    assert battery.fraction > before


def rolled_and_pitched(roll: float, pitch: float, yaw: float) -> Quaternion:
    about_y = (math.cos(pitch / 2), 0.0, math.sin(pitch / 2), 0.0)
    about_x = (math.cos(roll / 2), math.sin(roll / 2), 0.0, 0.0)
    return product(about_z(yaw), product(about_y, about_x))


@pytest.mark.parametrize("yaw", [0.0, 1.0, -2.5])
def test_the_gimbal_brings_a_tilted_camera_level_and_to_its_pitch(yaw: float) -> None:
    firmware = GimbalFirmware()
    drone = rolled_and_pitched(0.0, 0.1, yaw)
    camera, rate = rolled_and_pitched(0.3, -0.2, yaw), [0.0, 0.0, 0.0]
    firmware.command(0.0, 0.4, drone)  # joint angle 0.4 in a drone that looks 0.1 down
    for step in range(150):
        now = step * 0.03
        change = firmware.step(now, camera)
        rate = [r + c for r, c in zip(rate, change, strict=True)]
        size = math.hypot(*rate) * 0.03
        if size > 1e-9:
            scale = math.sin(size / 2) * 0.03 / size
            turn = (math.cos(size / 2), rate[0] * scale, rate[1] * scale, rate[2] * scale)
            camera = product(turn, camera)
    assert roll_of(camera) == pytest.approx(0.0, abs=0.02)
    assert pitch_of(camera) == pytest.approx(0.5, abs=0.02)


def test_a_pushed_body_follows_a_walker() -> None:
    walker, pusher = Walker(Walk(((0.0, 0.0), (12.0, 0.0)))), Pusher()
    at, velocity, apart = [0.0, 0.0], [0.0, 0.0], []
    for step in range(1200):
        now = step * 0.05
        stride = walker.at(now)
        change = pusher.change_of_velocity(now, (at[0], at[1]), aim_of_walker(stride, None))
        for axis in (0, 1):
            velocity[axis] += change[axis]
            at[axis] += velocity[axis] * 0.05
        apart.append(math.dist(at, (stride.x_m, stride.y_m)))
    assert max(apart) < 0.5
    assert sorted(apart)[len(apart) * 9 // 10] < 0.15


def test_a_walker_squeezes_past_the_robot() -> None:
    robot = Robot(5.0, 0.0)
    for x in (4.5, 5.0, 5.4):
        aim = aim_of_walker(Stride(x, 0.1, 0.0, 1.2, 0.0), robot)
        assert math.dist(aim.at, (5.0, 0.0)) >= 0.79
    free = aim_of_walker(Stride(3.0, 0.0, 0.0, 1.2, 0.0), robot)
    assert free.at == (3.0, 0.0)


def test_a_bystander_goes_where_told_at_the_speed_told() -> None:
    person = Bystander((0.0, 0.0), (0.0, 0.0))
    assert person.step(0.0).velocity == (0.0, 0.0)
    person.send((3.0, 4.0), 2.0)
    aim = person.step(1.0)
    assert aim.at == pytest.approx((1.2, 1.6))
    assert math.hypot(*aim.velocity) == pytest.approx(2.0)
    assert person.step(3.0).at == (3.0, 4.0)


def test_the_pace_keeper_makes_up_for_a_slow_machine_and_never_asks_for_too_much() -> None:
    keeper, sim, real, rate = PaceKeeper(1.0), 0, 0, 400.0
    for _ in range(400):  # a machine that loses 8 % of what it is asked for
        real += SECOND // 5
        sim += int(SECOND / 5 * rate / 400 * 0.92)
        rate = keeper.update_rate_hz(sim, real) or rate
    assert rate / 400 * 0.92 == pytest.approx(1.0, abs=0.01)
    for _ in range(400):  # one that manages half
        real += SECOND // 5
        sim += SECOND // 10
        rate = keeper.update_rate_hz(sim, real) or rate
    assert rate <= 400 * 1.3
