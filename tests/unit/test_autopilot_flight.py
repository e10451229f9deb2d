"""The simulated autopilot's cascade flies as a real one: it hovers in wind, settles, follows."""

from __future__ import annotations

import math
from statistics import fmean

import pytest

from simulation.autopilot.config import GnssNoise
from simulation.autopilot.flight.controller import Controller
from simulation.autopilot.flight.mixer import Mixer
from simulation.autopilot.flight.physics import GRAVITY_MPS2, Airframe
from simulation.autopilot.flight.rigid_body import RigidBody, Wind
from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import (
    euler_from_quaternion,
    quaternion_from_euler,
    rates_between,
    yaw_of,
)
from tests.autopilot_bench import Bench


def fly(points: list[tuple[float, float, float]], speed_mps: float, wind: Wind) -> list[float]:
    """Distances (m) between body and setpoint, flying `points` after the climb to the first."""
    body = RigidBody(wind=wind)
    controller, state, errors = Controller(body.airframe), body.state, []
    for number, point in enumerate(points):
        while math.dist(state.position_m, point) > 0.3:
            assert state.time_s < 90, f"never got to {point}"
            target = Target(point, speed_mps, 3.0, 1.5, 0.0)
            body.send(controller.fly(state, state.position_m, target))
            state = body.step(RigidBody.STEP_S)
            if number and controller.setpoint:
                errors.append(math.dist(state.position_m, controller.setpoint.position_m))
    return errors


def test_a_square_at_four_metres_a_second_is_followed_to_a_decimetre_in_a_gusty_wind():
    errors = fly(
        [(0, 0, 10), (20, 0, 10), (20, 20, 10), (0, 20, 10), (0, 0, 10)],
        4.0,
        Wind(east_mps=4.0, gust_mps=1.0),
    )
    assert math.sqrt(fmean(e * e for e in errors)) < 0.12
    assert max(errors) < 0.4


def test_it_hovers_on_the_spot_in_a_steady_wind():
    bench = Bench(wind=Wind(east_mps=5.0, north_mps=-3.0))
    bench.fly_to(8.0)
    bench.run(8)
    x, y, z = bench.state.position_m
    bench.run(5)
    assert math.dist(bench.state.position_m, (x, y, z)) < 0.1
    assert z == pytest.approx(8.0, abs=0.5)
    assert math.hypot(*bench.state.velocity_mps) < 0.1


def test_a_step_of_ten_metres_is_reached_without_overshoot():
    bench = Bench()
    bench.fly_to(10.0)
    east, north, up = bench.state.position_m
    bench.commander.goto((east + 10.0, north, up), None, None, False)
    farthest, tilt = 0.0, 0.0

    def watch() -> None:
        nonlocal farthest, tilt
        farthest = max(farthest, bench.state.position_m[0] - east)
        roll, pitch, _ = euler_from_quaternion(bench.state.attitude)
        tilt = max(tilt, abs(roll), abs(pitch))

    bench.after_step = watch
    bench.until(lambda: abs(bench.state.position_m[0] - east - 10.0) < 0.2, 8)
    bench.run(4)
    assert farthest < 10.5
    assert math.radians(3) < tilt < math.radians(36)


def test_a_wandering_satellite_position_moves_the_real_drone():
    bench = Bench(gnss=GnssNoise(wander_horizontal_m=1.5, wander_time_s=20.0))
    bench.fly_to(6.0)
    start = bench.state.position_m
    bench.run(40)
    assert math.dist(bench.state.position_m[:2], start[:2]) > 0.2


def test_the_leader_never_leaves_speed_and_acceleration_limits():
    bench = Bench()
    bench.fly_to(10.0)
    bench.commander.goto((60.0, 40.0, 30.0), None, 8.0, False)
    speeds, climbs = [], []
    bench.after_step = lambda: (
        speeds.append(math.hypot(*bench.state.velocity_mps[:2])),
        climbs.append(bench.state.velocity_mps[2]),
    )
    bench.run(8)
    assert 6.0 < max(speeds) < 8.6
    assert max(climbs) < 3.4


def test_thrust_and_torques_come_out_of_the_mixer_as_they_went_in():
    airframe = Airframe()
    thrust, torque = airframe.mass_kg * GRAVITY_MPS2, (0.1, -0.08, 0.02)
    motors = Mixer(airframe).mix(thrust, torque)
    forces = [airframe.thrust_factor * (m * airframe.rotor_speed_max_radps) ** 2 for m in motors]
    rotors = list(zip(forces, airframe.rotors, strict=True))
    assert sum(forces) == pytest.approx(thrust)
    assert sum(f * r.y_m for f, r in rotors) == pytest.approx(torque[0])
    assert sum(-f * r.x_m for f, r in rotors) == pytest.approx(torque[1])
    assert sum(-r.direction * airframe.yaw_torque_m * f for f, r in rotors) == pytest.approx(
        torque[2]
    )


def test_yaw_gives_way_before_level_flight_does():
    airframe = Airframe()
    motors = Mixer(airframe).mix(airframe.mass_kg * GRAVITY_MPS2, (0.2, 0.0, 5.0))
    forces = [airframe.thrust_factor * (m * airframe.rotor_speed_max_radps) ** 2 for m in motors]
    roll = sum(f * r.y_m for f, r in zip(forces, airframe.rotors, strict=True))
    assert roll == pytest.approx(0.2, abs=0.02)
    assert sum(forces) == pytest.approx(airframe.mass_kg * GRAVITY_MPS2, rel=0.02)


def test_body_rates_come_from_two_attitudes():
    before = quaternion_from_euler(0.1, -0.2, 3.1)
    after = quaternion_from_euler(0.1, -0.2, -3.1)  # over the seam at pi
    rates = rates_between(before, after, 0.1)
    assert math.hypot(*rates) == pytest.approx((2 * math.pi - 6.2) / 0.1, rel=0.01)


def test_it_looks_where_it_flies():
    bench = Bench()
    bench.fly_to(8.0)
    bench.commander.goto((-20.0, 0.0, 8.0), None, None, False)
    bench.run(5)
    assert abs(yaw_of(bench.state.attitude)) == pytest.approx(math.pi, abs=0.1)


def test_a_drone_whose_motors_are_killed_in_the_air_falls():
    bench = Bench()
    bench.fly_to(6.0)
    bench.commander.disarm(force=True)
    took = bench.until(lambda: bench.height_m < 0.01, 4)
    assert took == pytest.approx(math.sqrt(2 * 6.0 / GRAVITY_MPS2), abs=0.4)
