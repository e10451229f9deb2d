"""The monitor's decision: limits, freshness, contacts, keep-out areas, the e-stop's latch."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from comms.contracts.vehicle import Mount, RobotBody
from robot.safety.config import SafetyConfig
from robot.safety.estop import EstopLatch
from robot.safety.freshness import InputWatch, Now
from robot.safety.keep_out import KeepOut
from robot.safety.lidar import Obstacles, ScanReader
from robot.safety.monitor import Decision, SafetyMonitor, State
from robot.safety.motion import Braking, Command, Hull

HULL = Hull(0.30, 0.23)
BRAKING = Braking(0.3, 0.8, 2.0)
NOTHING = Obstacles(np.zeros(0), np.zeros(0), 0.0, True)
POOL = ((2.0, -1.0), (4.0, -1.0), (4.0, 1.0), (2.0, 1.0), (2.0, -1.0))


class Situation:
    """A monitor that has heard everything good at the time `t`."""

    def __init__(self, folder: Path, **settings: object) -> None:
        config = SafetyConfig.model_validate(settings)
        self.monitor = SafetyMonitor(config, RobotBody(), [POOL], EstopLatch(folder))
        self.t = 100.0
        self.wanted = Command(0.5, 0.0)
        self.pose = (-20.0, 0.0, 0.0)
        self.speed = 0.0
        self.seen = NOTHING

    def hear_all(self) -> Decision:
        self.t += 0.05
        now = Now(self.t, self.t, simulated=False)
        m = self.monitor
        m.hear_scan(now, self.t, self.seen)
        m.hear_odometry(now, self.t, self.pose, self.speed)
        m.hear_status(now, is_error=False, message="")
        m.hear_command(now, self.t, self.wanted)
        m.hear_bumper(now, self.t, pressed=False, with_what="")
        return m.decide(now)

    def press(self) -> None:
        self.t += 0.05
        now = Now(self.t, self.t, simulated=False)
        self.monitor.hear_bumper(now, self.t, pressed=True, with_what="")


@pytest.fixture
def robot(tmp_path: Path) -> Situation:
    return Situation(tmp_path)


def test_limits_scale_both_parts_so_that_the_arc_stays(robot: Situation) -> None:
    robot.wanted = Command(3.0, 0.9)
    decision = robot.hear_all()
    assert decision.command.speed_mps == pytest.approx(1.5)
    assert decision.command.turn_radps == pytest.approx(0.45)
    assert (decision.state, decision.cause) == (State.SLOW, "limit")


def test_backwards_is_slow_and_slower_where_the_lidar_does_not_see(robot: Situation) -> None:
    robot.wanted = Command(-1.0, 0.0)
    assert robot.hear_all().command.speed_mps == pytest.approx(-0.4)
    robot.seen = Obstacles(np.zeros(0), np.zeros(0), 0.0, False)
    assert robot.hear_all().command.speed_mps == pytest.approx(-0.15)


def test_after_a_contact_only_the_way_back_passes(robot: Situation) -> None:
    robot.speed = 0.4
    robot.hear_all()
    robot.press()
    assert robot.hear_all().cause == "bumper"
    robot.wanted = Command(-0.5, 0.9)
    backing = robot.hear_all().command
    assert -0.15 <= backing.speed_mps < 0.0
    assert abs(backing.turn_radps) <= 0.3


def test_after_a_contact_behind_only_the_way_ahead_passes(robot: Situation) -> None:
    robot.speed, robot.wanted = -0.3, Command(-0.3, 0.0)
    robot.hear_all()
    robot.press()
    assert robot.hear_all().command.is_zero
    robot.wanted = Command(0.5, 0.0)
    assert 0.0 < robot.hear_all().command.speed_mps <= 0.15


def test_a_contact_is_over_half_a_second_after_its_end(robot: Situation) -> None:
    robot.hear_all()
    robot.press()
    for _ in range(9):
        assert robot.hear_all().command.is_zero
    for _ in range(3):
        decision = robot.hear_all()
    assert decision.state is State.GO


def test_it_stops_before_a_keep_out_area_at_every_speed(robot: Situation) -> None:
    for wanted in (0.3, 0.8, 1.4):
        x, speed = -2.0, 0.0
        robot.wanted = Command(wanted, 0.0)
        for _ in range(300):
            robot.pose, robot.speed = (x, 0.0, 0.0), speed
            passed = robot.hear_all().command.speed_mps
            for _ in range(5):
                speed += float(np.clip(passed - speed, -0.8 * 0.01, 0.8 * 0.01))
                x += speed * 0.01
        assert 2.0 - 0.45 <= x + HULL.half_length_m + 0.15 <= 2.0


@settings(max_examples=200, deadline=None)
@given(
    x=st.floats(-1.0, 6.0),
    y=st.floats(-3.0, 3.0),
    yaw=st.floats(-3.1, 3.1),
    speed=st.floats(-1.5, 1.5),
    turn=st.floats(-1.5, 1.5),
)
def test_no_velocity_that_passes_carries_the_hull_into_a_keep_out_area(
    x: float, y: float, yaw: float, speed: float, turn: float
) -> None:
    area = Polygon(POOL)
    keep_out = KeepOut([POOL], HULL, BRAKING, 0.15)

    def hull_at(px: float, py: float, angle: float) -> Polygon:
        corners = [(0.3, 0.23), (-0.3, 0.23), (-0.3, -0.23), (0.3, -0.23)]
        c, s = math.cos(angle), math.sin(angle)
        return Polygon([(px + c * a - s * b, py + s * a + c * b) for a, b in corners])

    assume(hull_at(x, y, yaw).distance(area) > 0.25)
    passed = keep_out.limit(Command(speed, turn), (x, y, yaw))
    v, w, share, t = passed.speed_mps, passed.turn_radps, 1.0, 0.0
    decay = min(0.8 / max(abs(v), 1e-9), 2.0 / max(abs(w), 1e-9))
    while share > 0.0 and not passed.is_zero:
        if t >= 0.3:
            share = max(0.0, share - decay * 0.02)
        x += share * v * math.cos(yaw) * 0.02
        y += share * v * math.sin(yaw) * 0.02
        yaw += share * w * 0.02
        t += 0.02
        assert not hull_at(x, y, yaw).intersects(area)


def test_inside_a_keep_out_area_only_the_way_out_passes(robot: Situation) -> None:
    robot.pose = (2.1, 0.0, 0.0)
    assert robot.hear_all().cause == "keep_out"
    robot.wanted = Command(-0.5, 0.0)
    assert -0.2 <= robot.hear_all().command.speed_mps < 0.0


def test_a_site_without_keep_outs_keeps_nothing_out() -> None:
    assert KeepOut([], HULL, BRAKING, 0.1).limit(Command(1, 0), (0, 0, 0)) == Command(1, 0)


def test_silence_ages_on_the_monotonic_clock_when_the_ros_clock_stands() -> None:
    watch = InputWatch("lidar scan", 0.5)
    watch.hear(Now(10.0, 1000.0, simulated=True), 1000.0)
    assert watch.complaint(Now(10.4, 1000.0, simulated=False)) == ""
    assert watch.complaint(Now(10.6, 1000.0, simulated=False)) == "no lidar scan for 0.6 s"


def test_a_slow_simulation_does_not_make_sensors_stale() -> None:
    watch = InputWatch("lidar scan", 0.5)
    watch.hear(Now(10.0, 1000.0, simulated=True), 1000.0)
    assert watch.complaint(Now(11.0, 1000.1, simulated=True)) == ""
    assert watch.complaint(Now(11.0, 1000.1, simulated=False)) != ""


def test_old_future_and_repeated_stamps_do_not_count_as_fresh() -> None:
    watch = InputWatch("lidar scan", 0.5)
    assert not watch.hear(Now(0.0, 1000.0, simulated=False), 1002.0)
    assert watch.complaint(Now(0.0, 1000.0, simulated=False)) == "no lidar scan yet"
    assert watch.hear(Now(0.0, 1000.0, simulated=False), 998.0)
    assert watch.complaint(Now(0.0, 1000.0, simulated=False)) == "no lidar scan for 2.0 s"
    assert watch.hear(Now(1.0, 1001.0, simulated=False), 1001.0)
    assert not watch.hear(Now(1.4, 1001.4, simulated=False), 1001.0)
    assert watch.complaint(Now(1.6, 1001.6, simulated=False)) != ""


def test_the_latch_outlives_the_process_and_a_broken_record_counts_as_engaged(
    tmp_path: Path,
) -> None:
    latch = EstopLatch(tmp_path / "state")
    assert not latch.engaged
    latch.engage("officer Li", "a child runs")
    latch.engage("somebody else", "later")
    assert latch.keep() == ""
    again = EstopLatch(tmp_path / "state")
    assert again.record is not None
    assert (again.record.who, again.record.reason) == ("officer Li", "a child runs")
    again.path.write_text("{half", encoding="utf-8")
    assert EstopLatch(tmp_path / "state").engaged
    again.release()
    assert again.keep() == ""
    assert not EstopLatch(tmp_path / "state").engaged


def test_a_latch_that_cannot_be_written_holds_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    latch = EstopLatch(tmp_path / "file" / "state")
    assert latch.engaged  # what cannot be read counts as engaged
    latch.engage("officer Li", "x")
    assert "could not be written" in latch.keep()
    assert latch.engaged


def test_a_scan_becomes_points_in_the_body_frame() -> None:
    reader = ScanReader(Mount(x_m=0.1, z_m=0.45), HULL)
    ranges = np.array([2.0, math.inf, math.nan, 0.15, -math.inf], dtype=np.float32)
    seen = reader.read(ranges, 0.0, math.pi / 2, 0.3)
    # Ahead at 2 m; nothing; no word; too near to be true; too near to measure (0.3 m, ahead again,
    # which is 0.4 m from base_link and thus outside the hull).
    assert np.allclose(np.column_stack([seen.x, seen.y]), [(2.1, 0.0), (0.4, 0.0)])
    assert seen.blind_share == pytest.approx(0.4)
    assert seen.sees_behind


def test_returns_from_its_own_hull_are_no_obstacles() -> None:
    reader = ScanReader(Mount(x_m=0.1), HULL)
    seen = reader.read(np.full(360, 0.12, dtype=np.float32), -math.pi, math.tau / 360, 0.05)
    assert len(seen.x) == 0
