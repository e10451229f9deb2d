"""Each process of the running unit is killed once: the robot never moves without a live collision
monitor, everything comes back, and the beat is walked to its end.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator

import pytest
from patrol_interfaces.msg import SafetyState

from comms.ros.qos import RELIABLE
from simulation.scenarios.whole_unit import WholeUnit
from tests.whole_unit_shift import WHOLE_UNIT_S, Shift, show, wait_for

pytestmark = pytest.mark.timeout(WHOLE_UNIT_S)

#: the world itself is not of the unit: its end ends the run
WORLD = "gazebo_server"
BACK_WITHIN_S = 20.0
#: the base's watchdog 0.25 s, then the brakes from 1 m/s; and what the truth's 10 Hz blur
STOPS_WITHIN_S = 1.5


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory, ros_domain: int) -> Iterator[Shift]:
    before = os.environ["PATROL_STATE_DIR"]
    world = WholeUnit(show=show, folder=tmp_path_factory.mktemp("unit"), domain=ros_domain)
    with world:
        yield Shift(world, world.wait_ready())
    os.environ["PATROL_STATE_DIR"] = before


class SafetyWatch:
    """When the collision monitor was last heard, and every movement while it was not."""

    def __init__(self, shift: Shift) -> None:
        self.heard = time.monotonic()
        self.longest_silence_s = 0.0
        self.moved_without_m = 0.0
        self._witness = shift.world.witness
        self._witness._node.create_subscription(
            SafetyState, "/robot/safety/state", self._on_state, RELIABLE
        )
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _on_state(self, message: SafetyState) -> None:
        self.heard = time.monotonic()

    def _watch(self) -> None:
        stands: tuple[float, float] | None = None
        while not self._done.wait(0.05):
            silent_s = time.monotonic() - self.heard
            self.longest_silence_s = max(self.longest_silence_s, silent_s)
            here = self._witness.robot_xy
            if silent_s < STOPS_WITHIN_S or here is None:
                stands = None
                continue
            stands = stands or here
            self.moved_without_m = max(self.moved_without_m, math.dist(stands, here))

    def close(self) -> None:
        self._done.set()
        self._thread.join()


def test_each_process_dies_once_and_the_beat_is_walked_all_the_same(shift: Shift) -> None:
    world = shift.world
    watch = SafetyWatch(shift)
    task = shift.patrol("plaza")
    wait_for(shift.moves, 30.0, "the robot drives")
    for name, process in world.launch.processes.items():
        if name == WORLD:
            continue
        wait_for(shift.moves, 40.0, f"the robot drives, before {name} dies")
        process.kill()
        back_s = wait_for(
            lambda process=process: process.restarts == 1 and process.poll() is None,
            BACK_WITHIN_S,
            f"{name} is back",
        )
        show("", f"{name} killed and started again after {back_s:.1f} s")
        if name == "collision_monitor":
            wait_for(lambda: watch.longest_silence_s > 0.3, 3.0, "the monitor's silence")
            wait_for(lambda: not shift.moves(0.03), 2.0, "without its monitor the robot stands")
        time.sleep(1.0)
    watch.close()
    show("", f"longest silence of the monitor {watch.longest_silence_s:.1f} s")
    wait_for(lambda: len(world.staff.visits(task)) >= 2, 150.0, "two checkpoints")
    assert watch.moved_without_m < 0.05, "the robot moved without a live collision monitor"
    visited = [visit.checkpoint_id for visit in world.staff.visits(task)]
    assert visited[:2] == ["plaza-1", "plaza-2"], "in order, and each once"
    assert all(p.restarts <= 1 for p in world.launch.processes.values())
    assert not world.witness.collisions
    unit = world.staff.unit()
    assert unit is not None
    assert all(v.connected and v.localized for v in unit.vehicles)
    missing = world.witness.finding_ids - world.staff.findings()
    assert not missing, "findings are lost"
