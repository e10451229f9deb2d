"""A bench for the navigator's node: the real process over DDS, a FAKE robot, and time in our hands.

Simulated time stands still until the test steps it, and each step waits until the navigator has
answered the one before. So the same drive comes out on an idle and on a busy machine, and as
fast as the machine can.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rclpy
from action_msgs.msg import GoalStatus
from geometry_msgs.msg import PoseStamped, TwistStamped
from nav_msgs.msg import Odometry
from nav_msgs.msg import Path as PathMessage
from patrol_interfaces.action import NavigateThroughPoses
from patrol_interfaces.msg import SafetyState
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import LaserScan
from std_msgs.msg import String

from comms.contracts.site import Site
from comms.ros.qos import LATCHED, RELIABLE, SENSOR
from tests.navigation_course import Course, small_site, write_site
from tests.navigation_course_ros import odometry_of, safety_of, scan_of, stamp_of

REPOSITORY = Path(__file__).parents[1]
STEP_S = 0.05
PERIOD_S = 0.05
START_S = 1_700_000_000.0
Status = GoalStatus
Result = NavigateThroughPoses.Result


def a_pose(x_m: float, y_m: float, yaw_rad: float | None = None, frame: str = "map") -> PoseStamped:
    """A pose of a goal; without a heading its quaternion is all zero, which means: any."""
    pose = PoseStamped()
    pose.header.frame_id = frame
    pose.pose.position.x, pose.pose.position.y = float(x_m), float(y_m)  # an int would be 0.0
    half = 0.0 if yaw_rad is None else yaw_rad / 2
    pose.pose.orientation.z = math.sin(half)
    pose.pose.orientation.w = 0.0 if yaw_rad is None else math.cos(half)
    return pose


@dataclass
class Drive:
    """A goal that was sent, and what came back so far."""

    handle: Any = None
    feedback: list[NavigateThroughPoses.Feedback] = field(default_factory=list)
    status: int | None = None
    result: Result | None = None

    @property
    def ended(self) -> bool:
        return self.result is not None


class NavigationBench:
    """Owns the navigator's process, the robot's truth and simulated time."""

    def __init__(self, folder: Path, settings: str = "", site: Site | None = None) -> None:
        self.folder = folder
        site = site or small_site()
        self.site_file = write_site(site, folder / "small.site.geojson")
        self.unit_config = folder / "unit.yaml"
        self.unit_config.write_text(settings or "{}", encoding="utf-8")
        self.course = Course(site, 2.0, 8.0, 0.0, now_s=START_S)
        self.silent: set[str] = set()
        self.estop_by = ""
        self.wish = TwistStamped()
        self.commands: list[tuple[float, float]] = []
        self.states: list[str] = []
        self.plan: list[tuple[float, float]] = []
        self.process: subprocess.Popen[bytes] | None = None
        self._drives: list[Drive] = []
        self._count = 0
        self._nudged = 0.0
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self._nodes = [Node(name, context=self._context) for name in ("bench", "other_client")]
        node = self._nodes[0]
        self._clock = node.create_publisher(Clock, "/clock", SENSOR)
        self._odometry = node.create_publisher(Odometry, "/robot/odometry", RELIABLE)
        self._scan = node.create_publisher(LaserScan, "/robot/scan", SENSOR)
        self._safety = node.create_publisher(SafetyState, "/robot/safety/state", RELIABLE)
        node.create_subscription(TwistStamped, "/robot/cmd_vel_nav", self._on_wish, RELIABLE)
        node.create_subscription(String, "/robot/navigation/state", self._on_state, LATCHED)
        node.create_subscription(PathMessage, "/robot/plan", self._on_plan, LATCHED)
        self._clients = [
            ActionClient(node, NavigateThroughPoses, "/robot/navigate_through_poses")
            for node in self._nodes
        ]
        self._executor = SingleThreadedExecutor(context=self._context)
        for node in self._nodes:
            self._executor.add_node(node)

    # -- the process ----------------------------------------------------------------------------

    def start(self) -> None:
        """Start the navigator and wait until it answers to time."""
        given = {
            "site_file": self.site_file,
            "unit_config": self.unit_config,
            "use_sim_time": "true",
        }
        command = [sys.executable, "-m", "robot.navigation.node", "--ros-args"]
        for name, value in given.items():
            command += ["-p", f"{name}:={value}"]
        with (self.folder / "navigator.log").open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log, cwd=REPOSITORY)
        self.wish = TwistStamped()
        self._until_real(self._all_connected, 30.0, "a connection to the navigator")
        self._until_real(self._answered_at_last, 20.0, "a first velocity")
        self.run(0.5)

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=10)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=5)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        for client in self._clients:
            client.destroy()
        self._executor.shutdown()
        for node in self._nodes:
            node.destroy_node()
        rclpy.shutdown(context=self._context)

    def log(self) -> str:
        return (self.folder / "navigator.log").read_text(encoding="utf-8")

    def _all_connected(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the navigator ended:\n{self.log()}"
        publishers = (self._clock, self._odometry, self._scan, self._safety)
        return all(p.get_subscription_count() for p in publishers) and all(
            client.server_is_ready() for client in self._clients
        )

    # -- goals ----------------------------------------------------------------------------------

    def go(self, *poses: PoseStamped, client: int = 0) -> Drive:
        """Send a goal; returns when the server has accepted or rejected it. Time stands still.

        Asks again after 3 s: a server that was killed looks alive for a while, and is silent.
        """
        drive = Drive()

        def hear(message: Any) -> None:
            drive.feedback.append(message.feedback)

        def ended(future: Any) -> None:
            drive.status, drive.result = future.result().status, future.result().result

        goal = NavigateThroughPoses.Goal(poses=list(poses))
        for _ in range(8):
            sent = self._clients[client].send_goal_async(goal, hear)
            deadline = time.monotonic() + 3.0
            while not sent.done() and time.monotonic() < deadline:
                self._executor.spin_once(timeout_sec=0.02)
            if sent.done():
                break
        drive.handle = sent.result()
        if drive.handle.accepted:
            self._drives.append(drive)
            drive.handle.get_result_async().add_done_callback(ended)
        return drive

    def refused(self, *poses: PoseStamped) -> Result:
        """Send a goal that is refused; its result, which must come while time stands still."""
        drive = self.go(*poses)
        self._until_real(lambda: drive.ended, 5.0, "an answer at once")
        assert drive.status == Status.STATUS_ABORTED
        assert drive.result is not None
        return drive.result

    def cancel(self, drive: Drive) -> None:
        asked = drive.handle.cancel_goal_async()
        self._until_real(asked.done, 5.0, "an answer to the cancel request")

    # -- time -----------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let simulated time pass."""
        for _ in range(round(seconds / STEP_S)):
            self._step()

    def run_until(self, condition: Callable[[], Any], within_s: float, what: str) -> None:
        """Let simulated time pass until `condition()`; fails with `what` after `within_s` of it."""
        end = self.course.now_s + within_s
        while not condition():
            assert self.course.now_s < end, (
                f"{what}: not within {within_s} simulated s; at ({self.course.x_m:.2f}, "
                f"{self.course.y_m:.2f}), states {self.states}\n{self.log()[-2000:]}"
            )
            self._step()

    def finish(self, drive: Drive, within_s: float) -> Result:
        """Let time pass until a drive has its result."""
        self.run_until(lambda: drive.ended, within_s, "the drive's end")
        assert drive.result is not None
        return drive.result

    def says(self, state: str) -> None:
        """Hear that it is in `state`: state and result are two topics, either may come first."""
        self.run_until(lambda: self.states[-1] == state, 1.0, f"it says {state!r}")

    def place(self, x_m: float, y_m: float, yaw_rad: float = 0.0) -> None:
        """A new course: put the robot somewhere, at rest, with nothing around it and no goal."""
        for drive in self._drives:
            if not drive.ended:
                self.cancel(drive)
                self.finish(drive, 5.0)
        self._drives.clear()
        self.course = Course(self.course.site, x_m, y_m, yaw_rad, now_s=self.course.now_s)
        self.silent, self.estop_by = set(), ""
        self.run(1.0)
        self.states, self.commands = self.states[-1:], []
        self.course.track.clear()
        self.course.nearest_m = math.inf

    def forget_drives(self) -> None:
        """After a kill: nobody will answer the goals that were sent."""
        self._drives.clear()

    def _step(self) -> None:
        fresh = self.course.now_s - self._wish_s() < 0.5
        drive = fresh and not self.estop_by
        twist = self.wish.twist
        v, w = (twist.linear.x, twist.angular.z) if drive else (0.0, 0.0)
        self.course.move(v, w, STEP_S)
        self.course.now_s = round(self.course.now_s, 3)
        self._count += 1
        if "odometry" not in self.silent:
            odometry = odometry_of(self.course)
            if "odometry is a number" in self.silent:
                odometry.pose.pose.position.x = math.nan
            self._odometry.publish(odometry)
        if "scan" not in self.silent and self._count % 2 == 0:
            self._scan.publish(scan_of(self.course))
        self._safety.publish(safety_of(self.course.now_s, self.estop_by))
        self._tick()
        if self.process is not None and self.process.poll() is None:
            begin = time.monotonic()
            while not self._answered():
                self._executor.spin_once(timeout_sec=0.02)
                if time.monotonic() - begin > 1.0:  # /clock is best effort
                    self._tick()
                assert time.monotonic() - begin < 15.0, f"it fell silent\n{self.log()[-2000:]}"
        self._executor.spin_once(timeout_sec=0.0)

    def _tick(self) -> None:
        self._clock.publish(Clock(clock=stamp_of(self.course.now_s)))

    def _wish_s(self) -> float:
        stamp = self.wish.header.stamp
        return float(stamp.sec + 1e-9 * stamp.nanosec)

    def _answered(self, *, again: bool = False) -> bool:
        """Whether the newest velocity is no older than a period of control."""
        if again:
            self._tick()
        return self.course.now_s - self._wish_s() < PERIOD_S - 0.001

    def _answered_at_last(self) -> bool:
        """The same for a navigator that just started: its first answer may come before we are
        connected to hear it, so time goes on a little now and then.
        """
        if time.monotonic() - self._nudged > 1.0:
            self._nudged = time.monotonic()
            self.course.now_s = round(self.course.now_s + PERIOD_S, 3)
        return self._answered(again=True)

    def _until_real(self, condition: Callable[[], Any], within_s: float, what: str) -> None:
        """Listen, with time standing still; within real seconds."""
        end = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < end, f"not within {within_s} s: {what}\n{self.log()[-2000:]}"
            self._executor.spin_once(timeout_sec=0.02)

    # -- what the navigator says ----------------------------------------------------------------

    def _on_wish(self, message: TwistStamped) -> None:
        self.wish = message
        self.commands.append((message.twist.linear.x, message.twist.angular.z))

    def _on_state(self, message: String) -> None:
        self.states.append(message.data)

    def _on_plan(self, message: PathMessage) -> None:
        self.plan = [(pose.pose.position.x, pose.pose.position.y) for pose in message.poses]


def settings(**navigation: float) -> str:
    """A unit's YAML with some of navigation's parameters."""
    lines = [f"  {name}: {value}" for name, value in navigation.items()]
    return "\n".join(["navigation:", *lines]) + os.linesep
