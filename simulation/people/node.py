"""`people`: moves the bodies of the walkers and bystanders in Gazebo, twenty times a simulated
second.

Walkers walk a timetable that the world file and this node share, so no positions need to be asked
for.
"""

from __future__ import annotations

from typing import Any

from rclpy.clock import Clock as WallClock
from rclpy.clock import ClockType
from rclpy.node import Node
from std_msgs.msg import String

from comms.logs import get_logger
from comms.ros.qos import RELIABLE
from comms.ros.run import run_node
from simulation.gazebo.errors import GazeboConnectionError, SimulationError
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.run_file import RunFile, run_in_world
from simulation.gazebo.transport import GazeboTransport, Publisher
from simulation.people.bodies import Aim, Bystander, Pusher, Robot, aim_of_walker
from simulation.people.command import StepTo
from simulation.world.people_models import BODY_LINK, BODY_MASS_KG, MIDDLE_M, body_name
from simulation.world.physics import STEP_S
from simulation.world.walks import Walker

PERIOD_NS = 45_000_000
WATCH_S = 0.5
log = get_logger()


class Body:
    """One body in Gazebo: pushed by single-step forces, between which it glides."""

    def __init__(self, transport: GazeboTransport, model: str) -> None:
        self.model = model
        self._pusher = Pusher()
        self._wrench = message_class("Wrench")
        self._publisher: Publisher[Any] = transport.advertise(
            f"~/{model}/{BODY_LINK}/wrench", self._wrench
        )

    def push(self, sim_s: float, pose: Any, aim: Aim) -> None:
        """`pose`: the body's own as Gazebo tells it."""
        seen = (pose.position.x, pose.position.y)
        east, north = self._pusher.change_of_velocity(sim_s, seen, aim)
        up = (MIDDLE_M - pose.position.z) * 0.5
        message = self._wrench()
        newton_per_mps = BODY_MASS_KG / STEP_S
        for name, change in (("x", east), ("y", north), ("z", up)):
            setattr(message.force, name, change * newton_per_mps)
            setattr(message.torque, name, 0.0)
            setattr(message.force_offset, name, 0.0)
        self._publisher.publish(message)


class People(Node):
    """All people of one running world; ends with an error when that world ends."""

    def __init__(self, run: RunFile) -> None:
        super().__init__("people")
        for name in ("unit_config", "site_file", "beats_dir"):
            self.declare_parameter(name, "")
        self._transport = transport = GazeboTransport(run.port, run.world)
        self._walkers = [
            (Walker(walk), Body(transport, body_name(number)))
            for number, walk in enumerate(run.walks)
        ]
        self._bystanders = {
            name: (Bystander(at, at), Body(transport, name))
            for name, at in zip(run.models.bystanders, run.bystanders, strict=True)
        }
        self._robot: Robot | None = Robot(*run.robot_start[:2])
        self._due_ns = 0
        self.create_subscription(String, "/sim/people/command", self._on_command, RELIABLE)
        self.create_timer(WATCH_S, self._watch, clock=WallClock(clock_type=ClockType.STEADY_TIME))
        transport.subscribe("~/pose/info", message_class("PosesStamped"), self._on_poses, max_hz=60)
        log.info("people", walkers=len(self._walkers), bystanders=len(self._bystanders))

    def close(self) -> None:
        self._transport.close()

    def _on_poses(self, message: Any) -> None:
        now_ns = stamp_ns(message.time)
        if now_ns < self._due_ns:
            return
        self._due_ns = now_ns + PERIOD_NS
        poses = {pose.name: pose for pose in message.pose}
        robot = poses.get("robot")
        if robot is not None:
            self._robot = Robot(robot.position.x, robot.position.y)
        now_s = now_ns * 1e-9
        for walker, body in self._walkers:
            if body.model in poses:
                aim = aim_of_walker(walker.at(now_s), self._robot)
                body.push(now_s, poses[body.model], aim)
        for bystander, body in self._bystanders.values():
            if body.model in poses:
                body.push(now_s, poses[body.model], bystander.step(now_s))

    def _on_command(self, message: String) -> None:
        try:
            command = StepTo.parse(message.data)
        except SimulationError as error:
            log.error(str(error))
            return
        if command.person not in self._bystanders:
            log.error("nobody has that name", person=command.person, known=list(self._bystanders))
            return
        self._bystanders[command.person][0].send((command.x_m, command.y_m), command.speed_mps)
        log.info("a bystander goes", person=command.person, x_m=command.x_m, y_m=command.y_m)

    def _watch(self) -> None:
        if self._transport.lost:
            raise GazeboConnectionError(self._transport.lost)


def main() -> int:
    return run_in_world(lambda run: run_node(lambda: People(run), name="people"), "people")


if __name__ == "__main__":
    raise SystemExit(main())
