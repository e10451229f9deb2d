"""What the scenario tests of the whole unit share: a running unit, and orders for its robot."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable

from std_msgs.msg import String

from comms.contracts.site import Site
from comms.contracts.site_reader import read_site
from comms.ros.qos import RELIABLE
from comms.wire import types_pb2
from simulation.scenarios.staff import FINAL
from simulation.scenarios.whole_unit import LAUNCH, WholeUnit

SITE = LAUNCH.parent / "sites" / "ningbo_east.site.geojson"
ROBOT = types_pb2.VEHICLE_ROBOT
#: s for one test of the whole unit. Its own waits say what took too long; this ends one that hangs,
#: so it is longer than they are together.
WHOLE_UNIT_S = 360


def show(name: str, line: str) -> None:
    """Into pytest's captured output."""
    print(f"[{name}] {line}" if name else line)


def wait_for(condition: Callable[[], object], within_s: float, what: str) -> float:
    """Seconds until `condition()` held; fails with `what` after `within_s`."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < within_s, f"{what}: not within {within_s} s"
        time.sleep(0.05)
    return time.monotonic() - begin


class Shift:
    """Orders for one whole unit, and what became of them."""

    def __init__(self, world: WholeUnit, unit_id: str, site: Site | None = None) -> None:
        self.world = world
        self.unit_id = unit_id
        self.site = site or read_site(SITE)
        node = world.witness._node
        self._people = node.create_publisher(String, "/sim/people/command", RELIABLE)

    def patrol(self, beat_id: str, loops: int = 1) -> str:
        return self.world.staff.send(
            self.unit_id,
            vehicle=ROBOT,
            kind=types_pb2.TASK_KIND_PATROL,
            beat_id=beat_id,
            loops=loops,
        )

    def go_to(self, east_m: float, north_m: float) -> str:
        place = self.site.frame.to_geo(east_m, north_m)
        point = types_pb2.GeoPoint(
            latitude_deg=place.latitude_deg, longitude_deg=place.longitude_deg
        )
        return self.world.staff.send(
            self.unit_id, vehicle=ROBOT, kind=types_pb2.TASK_KIND_GO_TO, points=[point]
        )

    def state(self, task_id: str) -> str:
        latest = self.world.staff.tasks()[task_id].latest
        return types_pb2.TaskState.Name(latest.state).removeprefix("TASK_STATE_").lower()

    def reason(self, task_id: str) -> str:
        return str(self.world.staff.tasks()[task_id].latest.reason)

    def is_over(self, task_id: str) -> bool:
        return self.world.staff.tasks()[task_id].latest.state in FINAL

    def send_bystander(self, east_m: float, north_m: float, speed_mps: float) -> None:
        command = {"person": "bystander_0", "x_m": east_m, "y_m": north_m, "speed_mps": speed_mps}
        self._people.publish(String(data=json.dumps(command)))

    def bystander(self) -> tuple[float, float]:
        return self.world.witness.people_xy[-1]

    def robot(self) -> tuple[float, float]:
        here = self.world.witness.robot_xy
        assert here is not None
        return here

    def moves(self, mps: float = 0.3) -> bool:
        return self.world.witness.robot_speed_mps > mps

    def apart_m(self) -> float:
        """Middle of the robot to middle of the bystander."""
        return math.dist(self.robot(), self.bystander())
