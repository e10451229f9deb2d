"""Missions are flown item by item, and the mission protocol survives a bad link."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.mission_protocol import MAX_ITEMS, MissionProtocol
from simulation.autopilot.mavlink.parameter_protocol import ParameterProtocol
from simulation.autopilot.mavlink.text import TextPieces
from simulation.autopilot.modes import Mode, Severity
from simulation.autopilot.navigator.plan import Item
from simulation.autopilot.profiles.parameters import Parameters
from simulation.autopilot.profiles.px4 import Px4Profile
from simulation.autopilot.profiles.px4_parameters import PX4_PARAMETERS
from tests.autopilot_bench import Bench, item

SPEED = mav.MAV_CMD_DO_CHANGE_SPEED
MISSION_FRAME = mav.MAV_FRAME_MISSION


def start(bench: Bench, *items: Item) -> None:
    """Upload and start from the ground."""
    bench.boot()
    bench.upload(*items)
    bench.run(2)
    bench.commander.arm()
    bench.commander.request_mode(Mode.MISSION)
    assert bench.commander.mode is Mode.MISSION


def passed(bench: Bench, seconds: float) -> list[tuple[float, float, float]]:
    """Positions every 0.25 s of the next seconds."""
    track = []
    for _ in range(int(seconds * 4)):
        bench.run(0.25)
        track.append(bench.state.position_m)
    return track


def nearest(track: list[tuple[float, float, float]], point: tuple[float, float, float]) -> float:
    return min(math.dist(p, point) for p in track)


def test_a_mission_from_the_ground_climbs_visits_returns_and_disarms():
    bench = Bench()
    corners = [(20.0, 0.0, 12.0), (20.0, 20.0, 12.0), (0.0, 20.0, 15.0)]
    start(
        bench,
        item(mav.MAV_CMD_NAV_TAKEOFF, (0, 0, 12)),
        *(item(at=corner, p1=0.5) for corner in corners),
        item(mav.MAV_CMD_NAV_RETURN_TO_LAUNCH, frame=MISSION_FRAME),
    )
    track = passed(bench, 60)
    assert all(nearest(track, corner) < 2.2 for corner in corners)
    bench.until(lambda: not bench.vehicle.now.armed, 60)
    assert list(bench.vehicle.reached) == [0, 1, 2, 3, 4]
    assert math.hypot(*bench.state.position_m[:2]) < 1.0


def test_a_mission_that_begins_with_a_waypoint_first_climbs_straight_up():
    bench = Bench()
    start(bench, item(at=(30, 0, 10)))
    bench.until(lambda: bench.height_m > 9.0, 20)
    assert math.hypot(*bench.state.position_m[:2]) < 1.0


def test_the_last_item_is_reached_just_before_hold():
    bench = Bench()
    bench.fly_to(10.0)
    bench.upload(item(at=(12, 0, 10), p1=1.0))
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    bench.until(lambda: bool(bench.vehicle.reached), 20)
    assert bench.until(lambda: bench.commander.mode is Mode.HOLD, 1) < 0.1
    assert bench.commander.mission_finished
    bench.run(0.1)
    assert "Mission finished, loitering\t" in bench.texts


def test_a_waypoint_is_held_for_its_time():
    bench = Bench()
    bench.fly_to(10.0)
    bench.upload(item(at=(15, 0, 10), p1=4.0), item(at=(15, 15, 10)))
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    bench.until(
        lambda: math.hypot(bench.state.position_m[0] - 15, bench.state.position_m[1]) < 2, 20
    )
    assert 3.5 < bench.until(lambda: bench.commander.mission_index == 1, 10) < 4.5


def test_a_paused_mission_goes_on_with_the_item_where_it_was():
    bench = Bench()
    bench.fly_to(10.0)
    bench.upload(item(at=(15, 0, 10)), item(at=(15, 60, 10)), item(at=(0, 60, 10)))
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    bench.until(lambda: bench.commander.mission_index == 1, 20)
    bench.commander.request_mode(Mode.HOLD)
    bench.run(6)
    assert math.hypot(*bench.state.velocity_mps) < 0.2
    bench.commander.request_mode(Mode.MISSION)
    assert bench.commander.mission_index == 1
    track = passed(bench, 20)
    assert nearest(track, (15, 60, 10)) < 2.2


def test_a_speed_item_changes_the_speed_of_what_follows():
    bench = Bench()
    bench.fly_to(10.0)
    bench.upload(
        item(SPEED, p1=1.0, p2=2.0, frame=MISSION_FRAME), item(at=(60, 0, 10)), item(at=(60, 9, 10))
    )
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    bench.run(6)
    assert math.hypot(*bench.state.velocity_mps[:2]) == pytest.approx(2.0, abs=0.2)


def test_a_jump_repeats_as_often_as_it_says():
    bench = Bench()
    bench.fly_to(10.0)
    bench.upload(
        item(at=(8, 0, 10)),
        item(at=(8, 8, 10)),
        item(mav.MAV_CMD_DO_JUMP, p1=0.0, p2=2.0, frame=MISSION_FRAME),
        item(at=(0, 8, 10)),
    )
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    bench.until(lambda: bench.commander.mode is Mode.HOLD, 120)
    assert list(bench.vehicle.reached).count(1) == 3


def test_a_region_of_interest_turns_drone_and_gimbal_towards_it():
    bench = Bench()
    bench.fly_to(10.0)
    bench.upload(
        item(mav.MAV_CMD_DO_SET_ROI_LOCATION, (0.0, 30.0, 0.0)),
        item(at=(30, 0, 10), p1=3.0),
        item(at=(30, 1, 10)),
    )
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    bench.until(lambda: bench.commander.mission_index == 1, 5)
    bench.run(9)
    east, north, up = bench.state.position_m
    assert bench.vehicle.now.yaw_rad == pytest.approx(math.atan2(30 - north, -east), abs=0.1)
    away = math.hypot(east, 30 - north)
    assert bench.vehicle.gimbal.pitch_rad == pytest.approx(-math.atan2(up, away), abs=0.05)


def test_circling_keeps_its_radius():
    bench = Bench()
    bench.fly_to(10.0)
    bench.commander.orbit((20.0, 0.0, 12.0), 15.0, 3.0)
    bench.run(15)
    track = passed(bench, 30)
    radii = [math.hypot(x - 20.0, y) for x, y, _ in track]
    assert max(abs(r - 15.0) for r in radii) < 1.0
    assert min(y for _, y, _ in track) < -14
    assert max(y for _, y, _ in track) > 14


def test_landing_as_an_item_ends_on_the_ground_there():
    bench = Bench()
    start(
        bench,
        item(mav.MAV_CMD_NAV_TAKEOFF, (0, 0, 6)),
        item(mav.MAV_CMD_NAV_LAND, (12.0, 5.0, 0.0)),
    )
    bench.until(lambda: not bench.vehicle.now.armed, 60)
    assert math.dist(bench.state.position_m, (12.0, 5.0, 0.0)) < 0.5


# -- the protocol --------------------------------------------------------------------------------


class Client:
    """A ground station that uploads over a lossy link, following the protocol to the letter."""

    def __init__(self, protocol: MissionProtocol, loss: float, seed: int) -> None:
        self.protocol, self.loss, self.random = protocol, loss, random.Random(seed)
        self.now_s, self.result = 0.0, None

    def upload(self, items: list[Item], kind: int = 0) -> None:
        """Until acked; `result` is the MAV_MISSION_RESULT."""
        count = mav.MAVLink_mission_count_message(1, 1, len(items), kind)
        last: Any = count
        quiet_s = 0.0
        inbox = self.give(count)
        while self.result is None and self.now_s < 60:
            if not inbox:
                self.now_s += 0.05
                quiet_s += 0.05
                inbox = [m for m in self.protocol.pending(self.now_s) if self.arrives()]
                if not inbox and quiet_s > 0.5:
                    quiet_s, inbox = 0.0, self.give(last)
                continue
            message, quiet_s = inbox.pop(0), 0.0
            if message.get_type() == "MISSION_ACK":
                self.result = message.type
            else:
                wanted = items[message.seq]
                last = mav.MAVLink_mission_item_int_message(
                    1, 1, *wanted._replace(seq=message.seq), kind
                )
                inbox += self.give(last)

    def give(self, message: Any) -> list[Any]:
        if not self.arrives():
            return []
        message._header = mav.MAVLink_header(message.id, srcSystem=245, srcComponent=190)
        return [m for m in self.protocol.handle(message, self.now_s) if self.arrives()]

    def arrives(self) -> bool:
        return self.random.random() >= self.loss


def protocol_of(bench: Bench) -> MissionProtocol:
    return MissionProtocol(bench.vehicle.plan, lambda: 0.0, lambda kind: None)


@pytest.mark.parametrize("seed", range(5))
def test_an_upload_at_thirty_per_cent_loss_ends_whole(seed):
    bench = Bench()
    items = [item(at=(i, 2 * i, 10 + i))._replace(seq=i) for i in range(20)]
    client = Client(protocol_of(bench), 0.3, seed)
    client.upload(items)
    assert client.result == mav.MAV_MISSION_ACCEPTED
    assert [i[:4] + i[9:] for i in bench.vehicle.plan.mission] == [i[:4] + i[9:] for i in items]


@pytest.mark.parametrize(
    ("bad", "result"),
    [
        (item(mav.MAV_CMD_NAV_SPLINE_WAYPOINT), mav.MAV_MISSION_UNSUPPORTED),
        (item(frame=mav.MAV_FRAME_LOCAL_NED), mav.MAV_MISSION_UNSUPPORTED_FRAME),
        (item()._replace(x=910_000_000), mav.MAV_MISSION_INVALID_PARAM5_X),
    ],
)
def test_a_bad_item_is_refused_with_its_reason_and_the_old_plan_stays(bad, result):
    bench = Bench()
    bench.upload(item(at=(1, 1, 5)))
    client = Client(protocol_of(bench), 0.0, 0)
    client.upload([item(), bad, item()])
    assert client.result == result
    assert len(bench.vehicle.plan.mission) == 1


def test_too_many_items_are_refused():
    bench = Bench()
    client = Client(protocol_of(bench), 0.0, 0)
    client.upload([item()] * (MAX_ITEMS + 1))
    assert client.result == mav.MAV_MISSION_NO_SPACE


def test_an_item_with_nan_is_taken():
    bench = Bench()
    client = Client(protocol_of(bench), 0.0, 0)
    client.upload([item(at=(0, 0, math.nan))])
    assert client.result == mav.MAV_MISSION_ACCEPTED


def test_a_whole_number_parameter_travels_as_the_bits_of_a_float():
    px4 = Px4Profile()
    wire, kind = px4.encode("SYS_AUTOSTART", 4001)
    assert kind == mav.MAV_PARAM_TYPE_INT32
    assert wire != 4001
    assert px4.decode(wire, kind, 4001) == 4001
    assert px4.decode(*px4.encode("MPC_XY_CRUISE", 2.5), 2.5) == 2.5


def test_a_parameter_list_is_complete_and_numbered():
    protocol = ParameterProtocol(Parameters(PX4_PARAMETERS, {}), Px4Profile())
    protocol.handle(mav.MAVLink_param_request_list_message(1, 1))
    got: list[Any] = []
    while portion := protocol.pending():
        got += portion
    assert [m.param_index for m in got] == list(range(len(PX4_PARAMETERS)))
    assert {m.param_count for m in got} == {len(PX4_PARAMETERS)}


def test_a_long_text_comes_in_numbered_pieces_that_make_the_whole():
    pieces = TextPieces().messages(Severity.WARNING, "x" * 30 + "y" * 80 + "\t")
    assert len(pieces) == 3
    assert len({p.id for p in pieces}) == 1
    assert [p.chunk_seq for p in pieces] == [0, 1, 2]
    assert "".join(p.text for p in pieces) == "x" * 30 + "y" * 80 + "\t"
