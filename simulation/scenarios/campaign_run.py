"""One run of a campaign: a beat walked in Gazebo while things go wrong, measured from outside."""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from std_msgs.msg import String

from comms.ros.qos import RELIABLE
from comms.wire import types_pb2
from simulation.faults.link import LinkCutter
from simulation.faults.schedule import Fault, FaultKind, make_schedule
from simulation.scenarios.staff import FINAL, wait_until
from simulation.scenarios.whole_unit import WholeUnit, free_port

#: the world, and the runner's own, are not the unit's
_NOT_KILLED = ("gazebo_server",)
_STEP_AHEAD_M = 2.5
_SAMPLE_S = 0.25
_STORED_WITHIN_S = 30.0


@dataclass
class RunResult:
    """What happened, in SI units; `track`: the robot's true places (map m); `pose_course`: s,
    how far off its own word on that was, its 1 sigma (m); `faults` in words."""

    seed: int
    beat: str
    task: str = "not begun"
    reason: str = ""
    checkpoints_visited: int = 0
    checkpoints_total: int = 0
    collisions: int = 0
    nearest_person_m: float = math.inf
    robot_path_m: float = 0.0
    findings_detected: int = 0
    findings_lost: int = 0
    findings_doubled: int = 0
    faults: list[str] = field(default_factory=list)
    fault_places: list[tuple[float, float]] = field(default_factory=list)
    restarts: int = 0
    real_time_factor: float = 0.0
    wall_s: float = 0.0
    pose_rmse_m: float = 0.0
    pose_worst_m: float = 0.0
    heading_rmse_deg: float = 0.0
    pose_inside_3_sigma: float = 0.0
    track: list[tuple[float, float]] = field(default_factory=list)
    pose_course: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return (
            self.task == "succeeded"
            and self.checkpoints_visited == self.checkpoints_total
            and self.collisions == self.findings_lost == self.findings_doubled == 0
        )

    def as_json(self) -> str:
        plain = asdict(self)
        plain["good"] = self.is_good
        del plain["track"], plain["fault_places"], plain["pose_course"]
        return json.dumps(plain)


class CampaignRun:
    """`say` is told what goes on."""

    def __init__(
        self,
        seed: int,
        beat: str,
        checkpoints: int,
        limit_s: float,
        folder: Path,
        say: Callable[[str], None],
    ) -> None:
        self.result = RunResult(seed, beat, checkpoints_total=checkpoints)
        self._limit_s = limit_s
        self._folder = folder
        self._say = say
        self._restore_at = math.inf

    def run(self, domain: int) -> RunResult:
        begun = time.monotonic()
        cutter = LinkCutter(free_port(socket.SOCK_STREAM))
        world = WholeUnit(
            show=lambda name, line: None,
            folder=self._folder,
            domain=domain,
            arguments={
                "seed": str(self.result.seed),
                "centre_address": f"localhost:{cutter.port}",
                "grpc_port": str(cutter.target),
            },
        )
        try:
            with world:
                self._walk(world, cutter)
        finally:
            cutter.close()
        self.result.wall_s = round(time.monotonic() - begun, 1)
        return self.result

    def _walk(self, world: WholeUnit, cutter: LinkCutter) -> None:
        unit_id = world.wait_ready()
        people = world.witness._node.create_publisher(String, "/sim/people/command", RELIABLE)
        may_die = [name for name in world.launch.processes if name not in _NOT_KILLED]
        faults = make_schedule(self.result.seed, self._limit_s, may_die)
        task = world.staff.send(
            unit_id,
            vehicle=types_pb2.VEHICLE_ROBOT,
            kind=types_pb2.TASK_KIND_PATROL,
            beat_id=self.result.beat,
        )
        begun = looked = time.monotonic()
        over = False
        while not over and time.monotonic() - begun < self._limit_s:
            time.sleep(_SAMPLE_S)
            self._sample(world)
            now = time.monotonic()
            if now >= self._restore_at:
                cutter.restore()
                self._restore_at = math.inf
            while faults and now - begun >= faults[0].at_s:
                self._do(faults.pop(0), world, cutter, people)
            if now - looked > 2.0:
                looked = now
                over = self._is_over(world, task)
        cutter.restore()
        self._judge(world, task)

    def _is_over(self, world: WholeUnit, task: str) -> bool:
        records = world.staff.try_tasks()  # the centre may be the one that was killed
        return task in records and records[task].latest.state in FINAL

    def _sample(self, world: WholeUnit) -> None:
        witness = world.witness
        if witness.robot_xy is None:
            return
        self.result.track.append(witness.robot_xy)
        for person in witness.people_xy:
            away = math.dist(person, witness.robot_xy)
            self.result.nearest_person_m = min(self.result.nearest_person_m, away)

    def _do(self, fault: Fault, world: WholeUnit, cutter: LinkCutter, people: object) -> None:
        self._say(fault.words())
        self.result.faults.append(fault.words())
        witness = world.witness
        here = witness.robot_xy or (0.0, 0.0)
        self.result.fault_places.append(here)
        if fault.kind is FaultKind.KILL:
            world.launch.processes[fault.process].kill()
        elif fault.kind is FaultKind.CUT_LINK:
            cutter.cut()
            self._restore_at = time.monotonic() + fault.for_s
        else:
            x = here[0] + _STEP_AHEAD_M * math.cos(witness.robot_heading_rad)
            y = here[1] + _STEP_AHEAD_M * math.sin(witness.robot_heading_rad)
            command = {"person": "bystander_0", "x_m": x, "y_m": y, "speed_mps": 1.5}
            people.publish(String(data=json.dumps(command)))  # type: ignore[attr-defined]

    def _judge(self, world: WholeUnit, task: str) -> None:
        result, witness = self.result, world.witness
        detected = set(witness.finding_ids)
        wait_until(lambda: detected <= set(world.staff.finding_ids()), _STORED_WITHIN_S)
        stored = world.staff.finding_ids()
        latest = world.staff.tasks()[task].latest
        result.task = types_pb2.TaskState.Name(latest.state).removeprefix("TASK_STATE_").lower()
        result.reason = latest.reason
        result.checkpoints_visited = len({v.checkpoint_id for v in world.staff.visits(task)})
        result.collisions = len(witness.collisions)
        result.robot_path_m = round(witness.robot_path_m, 1)
        for name, value in witness.pose_errors.figures.items():
            setattr(result, name, value)
        result.pose_course = witness.pose_errors.course
        result.nearest_person_m = round(result.nearest_person_m, 2)
        result.findings_detected = len(detected)
        result.findings_lost = len(detected - set(stored))
        result.findings_doubled = len(stored) - len(set(stored))
        result.restarts = sum(p.restarts for p in world.launch.processes.values())
        result.real_time_factor = round(witness.real_time_factor, 3)
