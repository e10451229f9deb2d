"""A fake: it stands for robot behaviour and drone, and only pretends to do the tasks it is given.

It keeps the executors' contract (a known id joins, a finished id answers with its final state,
steps are published as records), so that the bridge can be tested alone.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import rclpy
from patrol_interfaces import msg as ros
from patrol_interfaces.action import ExecuteTask
from patrol_interfaces.srv import ChangeFlight, SetEstop
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import SetBool

from comms.ros.qos import LATCHED, RECORDS, RELIABLE


class FakeExecutor:
    """One vehicle's executor in a thread of its own. `work_s`: how long a task takes."""

    def __init__(self, vehicle: str, work_s: float = 0.5, checkpoints: int = 2) -> None:
        self.vehicle = vehicle
        self.work_s = work_s
        self.checkpoints = checkpoints
        self.begun: list[tuple[str, int]] = []  # task id, start_checkpoint
        self.goals = 0
        self.finished: dict[str, tuple[str, str]] = {}
        self.running = ""
        self.paused = False
        self.estop = False
        self.estop_answers = True
        self._paused_changes: list[bool] = []
        self._closing = False
        self.context = rclpy.Context()
        self.context.init()
        self.node = Node(f"fake_{vehicle}", context=self.context)
        group = ReentrantCallbackGroup()
        node = self.node
        self._server = ActionServer(
            node,
            ExecuteTask,
            f"/{vehicle}/execute_task",
            execute_callback=self._execute,
            goal_callback=self._on_goal,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
            callback_group=group,
        )
        self.states = node.create_publisher(ros.TaskState, f"/{vehicle}/task_states", RECORDS)
        self.findings = node.create_publisher(ros.Finding, "/findings", RECORDS)
        self.visits = node.create_publisher(ros.CheckpointVisit, "/robot/visits", RECORDS)
        self.preflight = node.create_publisher(ros.PreflightReport, "/drone/preflight", LATCHED)
        self._unit = node.create_publisher(ros.UnitState, f"/{vehicle}/unit_state", RELIABLE)
        node.create_service(SetEstop, f"/{vehicle}/set_estop", self._on_estop, callback_group=group)
        self.changes: list[ChangeFlight.Request] = []
        node.create_service(
            ChangeFlight, f"/{vehicle}/change", self._on_change, callback_group=group
        )
        node.create_service(SetBool, f"/{vehicle}/pause", self._on_pause, callback_group=group)
        node.create_timer(0.5, self.publish_unit_state, callback_group=group)
        self._executor = MultiThreadedExecutor(4, context=self.context)
        self._executor.add_node(node)
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)
        self._thread.start()

    def _on_change(
        self, request: ChangeFlight.Request, response: ChangeFlight.Response
    ) -> ChangeFlight.Response:
        self.changes.append(request)
        response.success, response.message = request.height_m < 100, f"{request.height_m:.0f} m"
        return response

    def close(self) -> None:
        self._closing = True
        self._executor.shutdown(timeout_sec=2.0)
        self._thread.join(timeout=3.0)
        self._server.destroy()
        self.node.destroy_node()
        self.context.try_shutdown()

    def publish_unit_state(self) -> None:
        state = ros.UnitState(
            vehicle=self.vehicle, task_id=self.running, estop=self.estop, mode="fake",
            localized=True, connected=True, stamp=self.node.get_clock().now().to_msg(),
        )  # fmt: skip
        state.position.latitude, state.position.longitude = 29.868, 121.615
        self._unit.publish(state)

    def say(self, task_id: str, state: str, checkpoint: int = 0, progress: float = 0.0) -> None:
        self.states.publish(
            ros.TaskState(
                task_id=task_id, vehicle=self.vehicle, state=state, actor=f"{self.vehicle}/fake",
                checkpoint=checkpoint, progress=progress, remaining_s=float("nan"),
                stamp=self.node.get_clock().now().to_msg(),
            )
        )  # fmt: skip

    def _on_goal(self, goal: Any) -> GoalResponse:
        self.goals += 1
        free = self.running in ("", goal.task.task_id)
        return GoalResponse.ACCEPT if free else GoalResponse.REJECT

    def _execute(self, handle: Any) -> Any:
        task = handle.request.task
        if task.task_id in self.finished:
            return self._end(handle, *self.finished[task.task_id])
        if self.running == task.task_id:
            while task.task_id not in self.finished and not self._closing:
                time.sleep(0.02)
            return self._end(handle, *self.finished.get(task.task_id, ("failed", "")))
        self.running = task.task_id
        self.begun.append((task.task_id, task.start_checkpoint))
        self.say(task.task_id, "accepted")
        self.say(task.task_id, "running", task.start_checkpoint)
        final = "succeeded"
        for done in range(task.start_checkpoint, self.checkpoints):
            until = time.monotonic() + self.work_s / self.checkpoints
            while time.monotonic() < until or self.paused:
                if handle.is_cancel_requested:
                    final = "cancelled"
                    break
                if self._closing:
                    return ExecuteTask.Result(state="failed", reason="")
                time.sleep(0.01)
            if final == "cancelled":
                break
            self.say(task.task_id, "running", done + 1, (done + 1) / self.checkpoints)
        self.finished[task.task_id] = (final, "")
        self.running = ""
        self.say(task.task_id, final, self.checkpoints)
        return self._end(handle, final, "")

    def _end(self, handle: Any, state: str, reason: str) -> Any:
        if state == "succeeded":
            handle.succeed()
        elif handle.is_cancel_requested:
            handle.canceled()
        else:
            handle.abort()
        return ExecuteTask.Result(state=state, reason=reason)

    def _on_estop(self, request: Any, response: Any) -> Any:
        if self.estop_answers:
            self.estop = request.engage
        response.success = self.estop_answers
        response.message = "" if self.estop_answers else "somebody at the unit holds it"
        return response

    def _on_pause(self, request: Any, response: Any) -> Any:
        self.paused = request.data
        if self.running:
            self.say(self.running, "paused" if request.data else "running")
        response.success = True
        return response
