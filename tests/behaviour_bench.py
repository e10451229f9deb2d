"""A bench for behaviour's node: real behaviour, navigator and loudspeaker; FAKE base and camera.

The fake base (tests/navigation_fake_base.py) makes the time, faster than the real one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rclpy
from nav_msgs.msg import Odometry
from patrol_interfaces.action import ExecuteTask
from patrol_interfaces.msg import CheckpointVisit, Task, TaskState, UnitState
from patrol_interfaces.srv import SetEstop, TakePicture
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import String
from std_srvs.srv import SetBool

from comms.ros.qos import LATCHED, RECORDS, RELIABLE

REPOSITORY = Path(__file__).parents[1]
SITE = REPOSITORY / "launch" / "sites" / "ningbo_east.site.geojson"
BEATS = REPOSITORY / "launch" / "beats"
JPEG = b"\xff\xd8 not a real picture \xff\xd9"


class BehaviourBench:
    """Starts the processes; listens to what behaviour says; gives it orders."""

    def __init__(self, folder: Path, start: tuple[float, float, float], speed: float = 6.0) -> None:
        self.folder = folder
        self.visits: dict[str, CheckpointVisit] = {}
        self.states: list[TaskState] = []
        self.unit: UnitState | None = None
        self.tree = ""
        self.speed_mps = 0.0
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._plan = json.dumps({"site": str(SITE), "start": start, "speed": speed})
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self.node = node = Node("behaviour_bench", context=self._context)
        node.create_subscription(CheckpointVisit, "/robot/visits", self._on_visit, RECORDS)
        node.create_subscription(TaskState, "/robot/task_states", self.states.append, RECORDS)
        node.create_subscription(UnitState, "/robot/unit_state", self._on_unit, RELIABLE)
        node.create_subscription(Odometry, "/robot/odometry", self._on_odometry, RELIABLE)
        node.create_subscription(String, "/robot/behaviour/tree", self._on_tree, LATCHED)
        node.create_service(TakePicture, "/robot/take_picture", self._on_picture)
        self._action = ActionClient(node, ExecuteTask, "/robot/execute_task")
        self._pause = node.create_client(SetBool, "/robot/pause")
        self._estop = node.create_client(SetEstop, "/robot/set_estop")
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(node)
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)
        self._thread.start()

    # ------------------------------------------------------------------ processes

    def start(self, *names: str) -> None:
        modules = {
            "base": "tests.navigation_fake_base",
            "navigator": "robot.navigation.node",
            "behaviour": "robot.behaviour.node",
            "loudspeaker": "robot.behaviour.loudspeaker_node",
        }
        for name in names or modules:
            command = [sys.executable, "-m", modules[name], "--ros-args"]
            if name != "base":
                for key, value in (
                    ("use_sim_time", "true"),
                    ("site_file", SITE),
                    ("beats_dir", BEATS),
                ):
                    command += ["-p", f"{key}:={value}"]
            log = (self.folder / f"{name}.log").open("ab")
            environment = {
                **os.environ,
                "FAKE_BASE": self._plan,
                "PATROL_STATE_DIR": str(self.folder / "state"),
            }
            self._processes[name] = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, cwd=REPOSITORY
            )
            log.close()

    def kill(self, name: str) -> None:
        """kill -9."""
        self._processes[name].kill()
        self._processes[name].wait(5)

    def close(self) -> None:
        for process in self._processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self._action.destroy()
        self._executor.shutdown()
        self._thread.join(3)
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    # ------------------------------------------------------------------ news

    def _on_visit(self, message: CheckpointVisit) -> None:
        self.visits[message.visit_id] = message

    def _on_unit(self, message: UnitState) -> None:
        self.unit = message

    def _on_odometry(self, message: Odometry) -> None:
        self.speed_mps = abs(message.twist.twist.linear.x)

    def _on_tree(self, message: String) -> None:
        self.tree = message.data

    def _on_picture(
        self, request: TakePicture.Request, response: TakePicture.Response
    ) -> TakePicture.Response:
        response.success = True
        response.picture.format = "jpeg"
        response.picture.data = JPEG
        return response

    def states_of(self, task_id: str) -> list[str]:
        """A task's states in their order, without repeats."""
        told = [state.state for state in self.states if state.task_id == task_id]
        return [state for n, state in enumerate(told) if n == 0 or state != told[n - 1]]

    def visited(self) -> list[str]:
        """The checkpoints in the order of their visits; a repeat of a visit counts once."""
        visits = sorted(self.visits.values(), key=lambda v: (v.arrived.sec, v.arrived.nanosec))
        return [visit.checkpoint_id for visit in visits]

    # ------------------------------------------------------------------ orders

    def order(self, task: Task) -> Any:
        """Send a task, again after 3 s without an answer, as the bridge does; returns its handle.

        A server that was killed looks alive until its lease ends, and answers nothing.
        """
        end = time.monotonic() + 30.0
        while time.monotonic() < end:
            wait_for(self._action.server_is_ready, 30.0, "the server of execute_task")
            future = self._action.send_goal_async(ExecuteTask.Goal(task=task))
            again = time.monotonic() + 3.0
            while time.monotonic() < again:
                if future.done():
                    return future.result()
                time.sleep(0.02)
        raise AssertionError("no answer to the goal within 30 s")

    def result(self, handle: Any, within_s: float) -> ExecuteTask.Result:
        future = handle.get_result_async()
        wait_for(future.done, within_s, "the goal's result")
        return future.result().result

    def pause(self, paused: bool) -> SetBool.Response:
        return self._call(self._pause, SetBool.Request(data=paused))

    def estop(self, engage: bool, who: str = "a test") -> None:
        assert self._call(self._estop, SetEstop.Request(engage=engage, who=who)).success

    def _call(self, client: Any, request: Any) -> Any:
        wait_for(client.service_is_ready, 10.0, client.srv_name)
        future = client.call_async(request)
        wait_for(future.done, 10.0, client.srv_name)
        return future.result()


def wait_for(condition: Callable[[], Any], within_s: float, what: str) -> None:
    """Until `condition()` holds; fails with `what` after `within_s`."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {within_s} s"
        time.sleep(0.02)
