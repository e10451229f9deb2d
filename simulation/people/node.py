"""`people`: moves the bodies of the walkers and bystanders in Gazebo, twenty times a simulated second.

Walkers walk a timetable that the world file and this node share, so no positions need to be asked for.
"""

from __future__ import annotations

from typing import Any

from rclpy.clock import Clock as WallClock
from rclpy.clock import ClockType
from rclpy.node import Node
from std_msgs.msg import String

from comms.contracts.site import Xy
from comms.logs import get_logger
from comms.ros.qos import RELIABLE
from comms.ros.run import run_node
from simulation.gazebo.errors import GazeboConnectionError, SimulationError
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.run_file import run_folder, wait_for_run_file
from simulation.gazebo.transport import GazeboTransport, Publisher
from simulation.people.bodies import Bystander, Robot, body_target
from simulation.people.command import StepTo
from simulation.world.people_models import body_name
from simulation.world.walks import Walker

PERIOD_NS = 45_000_000
WATCH_S = 0.5
SPRING_N_PER_M, DAMPING_NS_PER_M, FORCE_N = 500.0, 200.0, 60.0  # LAG_S is damping / spring
log = get_logger()


class BodyPuller:
    """Pulls one body on its two sliding joints; `home`: where the joints are at zero."""

    def __init__(self, transport: GazeboTransport, model: str, home: Xy) -> None:
        self._model, self._home = model, home
        self._command = message_class("JointCmd")
        self._publisher: Publisher[Any] = transport.advertise(f"~/{model}/joint_cmd", self._command)

    def pull_to(self, target: Xy) -> None:
        for axis, place, home in zip("xy", target, self._home, strict=True):
            command = self._command(name=f"{self._model}::{axis}_joint")
            position = command.position
            position.target = place - home
            position.p_gain, position.d_gain = SPRING_N_PER_M, DAMPING_NS_PER_M
            position.i_gain = 0.0
            position.limit = FORCE_N
            self._publisher.publish(command)


class People(Node):
    """All people of one running world; ends with an error when that world ends."""

    def __init__(self) -> None:
        super().__init__("people")
        for name in ("unit_config", "site_file", "beats_dir"):
            self.declare_parameter(name, "")
        run = wait_for_run_file(run_folder())
        self._transport = transport = GazeboTransport(run.port, run.world)
        self._walkers = [
            (Walker(walk), BodyPuller(transport, body_name(number), walk.points[0]))
            for number, walk in enumerate(run.walks)
        ]
        self._bystanders = {
            name: (Bystander(at, at), BodyPuller(transport, name, at))
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
        for pose in message.pose:
            if pose.name == "robot":
                self._robot = Robot(pose.position.x, pose.position.y)
                break
        now_s = now_ns * 1e-9
        for walker, puller in self._walkers:
            puller.pull_to(body_target(walker.at(now_s), self._robot))
        for bystander, puller in self._bystanders.values():
            puller.pull_to(bystander.step(now_s))

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
    return run_node(People, name="people")


if __name__ == "__main__":
    raise SystemExit(main())
