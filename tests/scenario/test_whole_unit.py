"""The whole unit in Gazebo: a person in the way, the stop on the screen, a minute without a link.

One launch for all of them; each brings the robot to where it needs it.
"""

from __future__ import annotations

import math
import os
import socket
import time
from collections.abc import Iterator

import pytest

from simulation.faults.link import LinkCutter
from simulation.scenarios.staff import wait_until
from simulation.scenarios.whole_unit import WholeUnit, free_port
from tests.chromium import chromium
from tests.whole_unit_shift import WHOLE_UNIT_S, Shift, show, wait_for

pytestmark = pytest.mark.timeout(WHOLE_UNIT_S)

CUT_S = 60.0
BODY_M = 0.25  # a person's radius in the world
HULL_M = 0.30  # the robot's half length


@pytest.fixture(scope="module")
def cutter() -> Iterator[LinkCutter]:
    cutter = LinkCutter(free_port(socket.SOCK_STREAM))
    yield cutter
    cutter.close()


@pytest.fixture(scope="module")
def shift(
    cutter: LinkCutter, tmp_path_factory: pytest.TempPathFactory, ros_domain: int
) -> Iterator[Shift]:
    before = os.environ["PATROL_STATE_DIR"]
    world = WholeUnit(
        show=show,
        folder=tmp_path_factory.mktemp("unit"),
        domain=ros_domain,
        arguments={
            "centre_address": f"localhost:{cutter.port}",
            "grpc_port": str(cutter.target),
            "drone": "false",
        },
    )
    with world:
        yield Shift(world, world.wait_ready())
    os.environ["PATROL_STATE_DIR"] = before


def test_a_person_who_steps_in_front_makes_the_robot_stop_or_go_round(shift: Shift) -> None:
    witness = shift.world.witness
    wait_for(lambda: witness.people_xy, 10.0, "people")
    beside = (40.0, 12.5)  # the pavement on which the robot will come
    shift.send_bystander(*beside, 2.5)
    wait_for(lambda: math.dist(shift.bystander(), beside) < 0.2, 20.0, "the person is in place")
    task = shift.go_to(52.0, 10.0)
    wait_for(lambda: shift.moves() and shift.apart_m() < 4.0, 40.0, "the robot comes near")
    x, y = shift.robot()
    ahead = 2.0
    step = (
        x + ahead * math.cos(witness.robot_heading_rad),
        y + ahead * math.sin(witness.robot_heading_rad),
    )
    shift.send_bystander(*step, 1.5)
    nearest, slowest, widest = math.inf, math.inf, 0.0
    heading = witness.robot_heading_rad
    until = time.monotonic() + 12.0
    while time.monotonic() < until:
        nearest = min(nearest, shift.apart_m())
        slowest = min(slowest, witness.robot_speed_mps)
        here = shift.robot()
        aside = -(here[0] - x) * math.sin(heading) + (here[1] - y) * math.cos(heading)
        widest = max(widest, abs(aside))
        time.sleep(0.05)
    print(f"nearest {nearest:.2f} m, slowest {slowest:.2f} m/s, aside {widest:.2f} m")
    assert not witness.collisions
    assert nearest > BODY_M + HULL_M, "it came nearer than the hulls allow"
    assert slowest < 0.1 or widest > 0.4, "it neither stopped nor went round"
    shift.send_bystander(40.0, 16.0, 2.0)  # the person leaves
    wait_for(lambda: shift.is_over(task), 60.0, "the robot arrives")
    assert shift.state(task) == "succeeded", shift.reason(task)
    assert not witness.collisions


def test_the_stop_on_the_screen_stops_the_robot_and_only_a_word_lets_it_go_on(
    shift: Shift,
) -> None:
    task = shift.go_to(34.0, 10.0)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(shift.world.screens)
        stop = page.locator("button.stop").first
        stop.wait_for(timeout=20_000)
        wait_for(shift.moves, 30.0, "the robot drives")
        at = shift.robot()
        stop.click()
        took_s = wait_for(lambda: not shift.moves(0.03), 3.0, "the robot stands")
        print(f"from click to standing {took_s:.2f} s, {math.dist(at, shift.robot()):.2f} m")
        assert took_s < 2.0
    at = shift.robot()
    wait_for(lambda: shift.state(task) == "paused", 5.0, "the task is held")
    shift.world.staff.stop(shift.unit_id, release=True)
    time.sleep(4.0)
    assert math.dist(at, shift.robot()) < 0.1, "released is not the same as go on"
    shift.world.staff.control(task, shift.world.staff.RESUME)
    wait_for(shift.moves, 15.0, "on a word it goes on")
    wait_for(lambda: shift.is_over(task), 60.0, "it arrives")
    assert shift.state(task) == "succeeded", shift.reason(task)


def test_a_minute_without_a_link_loses_nothing_and_doubles_nothing(
    shift: Shift, cutter: LinkCutter
) -> None:
    world = shift.world
    beside = (57.5, 24.0)  # the way to plaza-2, where nobody has been seen: one to find in the cut
    shift.send_bystander(*beside, 3.0)
    wait_for(lambda: math.dist(shift.bystander(), beside) < 0.3, 20.0, "the person is in place")
    task = shift.patrol("plaza")
    wait_for(lambda: shift.moves() and shift.state(task) == "running", 30.0, "the beat begins")
    path, known = world.witness.robot_path_m, set(world.witness.finding_ids)
    passed = cutter.passed_bytes
    cutter.cut()
    time.sleep(CUT_S)
    assert cutter.passed_bytes - passed < 300_000  # at most what was under way
    gone = world.witness.robot_path_m - path
    unit = world.staff.unit()
    print(f"without a link: {gone:.0f} m, {len(world.witness.finding_ids - known)} new findings")
    assert unit is None, "the centre shows the unit as connected"
    assert gone > 15.0, "the robot did not go on with its beat"
    missing = world.witness.finding_ids - world.staff.findings()
    assert missing, "nothing was found in the meantime: the test shows nothing"
    cutter.restore()
    back_s = wait_for(lambda: world.staff.unit() is not None, 15.0, "the link is back")
    print(f"the link is back after {back_s:.1f} s")
    wait_until(lambda: len(world.staff.visits(task)) >= 3, 120.0)
    visited = sorted(visit.checkpoint_id for visit in world.staff.visits(task))
    assert visited == ["plaza-1", "plaza-2", "plaza-3"]
    world.staff.control(task, world.staff.CANCEL)  # orders pass again, too
    wait_for(lambda: shift.is_over(task), 10.0, "the patrol ends")
    assert shift.state(task) == "cancelled"
    assert wait_until(lambda: world.witness.finding_ids <= world.staff.findings(), 15.0)
    told = world.staff.finding_ids()
    assert len(told) == len(set(told)), "a finding is doubled"
    assert not world.witness.collisions
