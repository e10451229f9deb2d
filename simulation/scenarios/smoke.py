"""`make smoke`: one short beat and one dispatched flight, headless; the last line says what
happened.

Everything in the line is measured outside the unit: collisions by Gazebo's contact sensor, the path
and the flight by Gazebo's truth, findings and tasks in the command centre's store.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from comms.contracts.beat_reader import read_beats
from comms.contracts.site_reader import read_site
from comms.logs import configure_logging
from comms.wire import types_pb2
from simulation.scenarios.staff import FINAL, wait_until
from simulation.scenarios.whole_unit import LAUNCH, WholeUnit

LIMIT_S = 285.0
STORED_WITHIN_S = 15.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="smoke", description=__doc__)
    parser.add_argument("--beat", default="plaza")
    parser.add_argument("--domain", type=int, default=42, help="ROS_DOMAIN_ID of this run")
    parser.add_argument("--folder", type=Path, default=None, help="for logs and stores")
    options = parser.parse_args()
    configure_logging("smoke")
    result = run(options.beat, options.domain, options.folder)
    print(json.dumps(result), flush=True)
    return 0 if result["ok"] else 1


def run(beat_id: str, domain: int, folder: Path | None) -> dict[str, Any]:
    """Do the run; returns the measurements."""
    begun = time.monotonic()
    site = read_site(LAUNCH.parent / "sites" / "ningbo_east.site.geojson")
    checkpoints = len(read_beats(LAUNCH.parent / "beats", site)[beat_id].checkpoints)

    def say(name: str, line: str) -> None:
        who = f"[{name}] " if name else ""
        print(f"{time.monotonic() - begun:7.1f} s  {who}{line}", file=sys.stderr, flush=True)

    def left() -> float:
        return max(0.0, LIMIT_S - (time.monotonic() - begun))

    with WholeUnit(show=say, folder=folder, domain=domain) as world:
        say("", f"logs in {world.launch.run_dir}")
        unit_id = world.wait_ready()
        say("", f"{unit_id} is ready: sending the patrol and preparing the flight")
        patrol = world.staff.send(
            unit_id,
            vehicle=types_pb2.VEHICLE_ROBOT,
            kind=types_pb2.TASK_KIND_PATROL,
            beat_id=beat_id,
        )
        place = site.frame.to_geo(75.0, 65.0)
        orbit = world.staff.send(
            unit_id,
            vehicle=types_pb2.VEHICLE_DRONE,
            kind=types_pb2.TASK_KIND_ORBIT,
            points=[
                types_pb2.GeoPoint(
                    latitude_deg=place.latitude_deg, longitude_deg=place.longitude_deg
                )
            ],
            radius_m=15.0,
            height_m=25.0,
        )
        green = wait_until(lambda: _is_green(world), min(60.0, left()))
        say("", "pre-flight list is green: approving" if green else "pre-flight is NOT green")
        world.staff.approve(orbit)
        tasks = (patrol, orbit)
        told: dict[str, str] = {}

        def over() -> bool:
            records = world.staff.tasks()
            for task_id in tasks:
                latest = records[task_id].latest
                state = types_pb2.TaskState.Name(latest.state).removeprefix("TASK_STATE_").lower()
                if told.get(task_id) != state:
                    told[task_id] = state
                    say(
                        "",
                        f"{'patrol' if task_id == patrol else 'flight'}: {state} {latest.reason}",
                    )
            return all(records[t].latest.state in FINAL for t in tasks)

        wait_until(over, left(), period_s=1.0)
        wait_until(lambda: world.witness.drone_landed, min(5.0, left()))
        detected = set(world.witness.finding_ids)
        wait_until(lambda: detected <= world.staff.findings(), STORED_WITHIN_S)
        records, stored = world.staff.tasks(), world.staff.findings()
        succeeded = [t for t in tasks if records[t].latest.state == types_pb2.TASK_STATE_SUCCEEDED]
        witness = world.witness
        visited = {v.checkpoint_id for v in world.staff.visits(patrol)}
        result: dict[str, Any] = {
            "checkpoints_visited": len(visited),
            "checkpoints_total": checkpoints,
            "collisions": len(witness.collisions),
            "collided_with": witness.collisions,
            "robot_path_m": round(witness.robot_path_m, 1),
            **witness.pose_errors.figures,
            "findings_detected": len(detected),
            "findings_stored": len(stored),
            "findings_lost": len(detected - stored),
            "tasks_sent": len(tasks),
            "tasks_succeeded": len(succeeded),
            "drone_flights": witness.drone_flights,
            "drone_highest_m": round(witness.drone_highest_m, 1),
            "drone_landed": witness.drone_landed,
            "restarts": sum(p.restarts for p in world.launch.processes.values()),
            "real_time_factor": round(witness.real_time_factor, 3),
        }
    result["wall_s"] = round(time.monotonic() - begun, 1)
    result["ok"] = (
        result["checkpoints_visited"] == checkpoints
        and result["collisions"] == 0
        and result["findings_lost"] == 0
        and result["findings_stored"] > 0
        and result["tasks_succeeded"] == len(tasks)
        and result["drone_flights"] == 1
        and result["drone_landed"]
    )
    return result


def _is_green(world: WholeUnit) -> bool:
    drone = world.staff.vehicle(types_pb2.VEHICLE_DRONE)
    return drone is not None and bool(drone.preflight) and all(i.ok for i in drone.preflight)


if __name__ == "__main__":
    raise SystemExit(main())
