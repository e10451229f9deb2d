"""What a newcomer sees at `make run`: the screens' address, the robot on its first beat, a finding.

It sends the first beat as the staff would (so that there is something to see) and prints how long
each step took since the start. Then it ends; the unit goes on.
"""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime

from comms.contracts.errors import ContractError
from comms.wire import types_pb2
from simulation.scenarios.staff import FINAL, Staff, wait_until

_WITHIN_S = 180.0
_MOVING_MPS = 0.2


def main() -> int:
    begun, begun_at = time.monotonic(), datetime.now(UTC)
    address = os.environ.get("PATROL_CENTRE", "127.0.0.1:7443")
    screens = os.environ.get("PATROL_SCREENS", "http://127.0.0.1:8080")

    def say(line: str) -> None:
        print(f"{line}  ({time.monotonic() - begun:.0f} s)", flush=True)

    if not wait_until(lambda: _answers(screens), _WITHIN_S):
        say(f"the screens at {screens} do not answer; see command_centre.log")
        return 1
    say(f"SCREENS UP: open {screens} in a browser")
    staff = _staff(address)
    known = staff.findings() if staff is not None else set()  # of earlier runs
    if staff is None or not wait_until(lambda: _robot_ready(staff, begun_at), _WITHIN_S):
        say("the unit has not called in; see unit_bridge.log and robot_localization.log")
        return 1
    unit = staff.unit()
    assert unit is not None
    # A task of an earlier run goes on, or ends because this site does not have its beat.
    settled = lambda: _moves(staff) or not _has_task(staff, unit.unit_id)  # noqa: E731
    wait_until(settled, _WITHIN_S)
    if unit.beat_ids and not _has_task(staff, unit.unit_id):
        beat = "plaza" if "plaza" in unit.beat_ids else unit.beat_ids[0]
        staff.send(
            unit.unit_id,
            vehicle=types_pb2.VEHICLE_ROBOT,
            kind=types_pb2.TASK_KIND_PATROL,
            beat_id=beat,
        )
        say(f"the robot is ready and sent on its first beat: {beat}")
        wait_until(settled, _WITHIN_S)
    if _moves(staff):
        say("ROBOT MOVING")
    elif _has_task(staff, unit.unit_id):
        robot = staff.vehicle(types_pb2.VEHICLE_ROBOT)
        say(f"the robot does not move: {robot.detail if robot else 'no word from it'}")
    else:
        say("ROBOT READY, without a task: send it somewhere with 'Go there' and a click")
    if wait_until(lambda: bool(staff.findings() - known), _WITHIN_S):
        say("FIRST FINDING on the map. Ctrl-C ends everything.")
    staff.close()
    return 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5.0) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _staff(address: str) -> Staff | None:
    until = time.monotonic() + 30.0
    while time.monotonic() < until:
        try:
            return Staff(address, name="make run")
        except ContractError:  # the certificates are being made
            time.sleep(0.5)
    return None


def _robot_ready(staff: Staff, since: datetime) -> bool:
    """Whether the robot itself says so: the centre also knows its state of an earlier run."""
    robot = staff.vehicle(types_pb2.VEHICLE_ROBOT)
    if robot is None or robot.at.ToDatetime(tzinfo=UTC) < since:
        return False
    return robot.localized and robot.connected


def _moves(staff: Staff) -> bool:
    robot = staff.vehicle(types_pb2.VEHICLE_ROBOT)
    return robot is not None and robot.speed_mps > _MOVING_MPS


def _has_task(staff: Staff, unit_id: str) -> bool:
    """Whether its robot has something to do, from an earlier run as well."""
    return any(
        record.task.unit_id == unit_id
        and record.task.vehicle == types_pb2.VEHICLE_ROBOT
        and record.latest.state not in FINAL
        for record in staff.tasks().values()
    )


if __name__ == "__main__":
    raise SystemExit(main())
