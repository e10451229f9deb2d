"""One vehicle's executor as the bridge talks to it over ROS: goals, pause and e-stop.

Nothing here waits: every call ends in a callback in the node's executor thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patrol_interfaces.action import ExecuteTask
from patrol_interfaces.srv import ChangeFlight, SetEstop, TakePhoto, TellWeather
from rclpy.action import ActionClient
from rclpy.node import Node
from std_srvs.srv import SetBool

from comms.contracts.task import Task, Vehicle
from comms.logs import get_logger
from comms.ros.conversions import task_to_ros


class VehicleClient:
    """`/robot/...` or `/drone/...`: execute_task, pause, set_estop; the drone's change,
    weather and take_photo."""

    def __init__(
        self,
        node: Node,
        vehicle: Vehicle,
        answered: Callable[[str, bool], None],
        ended: Callable[[str, str, str], None],
    ) -> None:
        self.vehicle = vehicle
        self._answered = answered
        self._ended = ended
        self._log = get_logger(vehicle=vehicle.value)
        self._action = ActionClient(node, ExecuteTask, f"/{vehicle}/execute_task")
        self._pause = node.create_client(SetBool, f"/{vehicle}/pause")
        self._estop = node.create_client(SetEstop, f"/{vehicle}/set_estop")
        self._change = node.create_client(ChangeFlight, f"/{vehicle}/change")
        self._weather = node.create_client(TellWeather, f"/{vehicle}/weather")
        self._photo = node.create_client(TakePhoto, f"/{vehicle}/take_photo")
        self._handles: dict[str, Any] = {}

    def send(self, task: Task, start_checkpoint: int) -> bool:
        """Send the task as a goal. False when there is no executor."""
        if not self._action.server_is_ready():
            return False
        goal = ExecuteTask.Goal(task=task_to_ros(task, start_checkpoint))
        future = self._action.send_goal_async(goal)
        future.add_done_callback(lambda done: self._on_answer(task.task_id, done))
        self._log.info("goal_sent", task_id=task.task_id, start_checkpoint=start_checkpoint)
        return True

    def cancel(self, task_id: str) -> None:
        handle = self._handles.get(task_id)
        if handle is not None:
            handle.cancel_goal_async()

    def set_paused(self, paused: bool) -> None:
        """Pause or resume the task under way."""
        if self._pause.service_is_ready():
            future = self._pause.call_async(SetBool.Request(data=paused))
            future.add_done_callback(self._on_paused)

    def set_estop(
        self, engage: bool, who: str, reason: str, done: Callable[[bool, str], None]
    ) -> bool:
        """Latch or release; `done(success, message)` when it has. False: nobody is there."""
        if not self._estop.service_is_ready():
            return False
        request = SetEstop.Request(engage=engage, who=who, reason=reason)
        future = self._estop.call_async(request)

        def on_done(answer: Any) -> None:
            response = answer.result()
            if response is not None:
                done(response.success, response.message)

        future.add_done_callback(on_done)
        return True

    def change(self, request: ChangeFlight.Request, done: Callable[[bool, str], None]) -> None:
        """Change its flight; `done(changed, message)` when it flies so or has refused."""
        self._ask(self._change, request, done)

    def tell_weather(self, request: TellWeather.Request, done: Callable[[bool, str], None]) -> None:
        """Tell it the weather; `done(taken, message)`."""
        self._ask(self._weather, request, done)

    def take_photo(self, request: TakePhoto.Request, done: Callable[[bool, str], None]) -> None:
        """Have it take a photo; `done(taken, message)`."""
        self._ask(self._photo, request, done)

    def _ask(self, client: Any, request: Any, done: Callable[[bool, str], None]) -> None:
        if not client.service_is_ready():
            done(False, f"nobody flies the {self.vehicle}")
            return

        def on_done(answer: Any) -> None:
            response = answer.result()
            if response is not None:
                done(response.success, response.message)

        client.call_async(request).add_done_callback(on_done)

    @property
    def has_estop(self) -> bool:
        """Whether somebody serves this vehicle's e-stop now."""
        return bool(self._estop.service_is_ready())

    def destroy(self) -> None:
        self._action.destroy()

    def _on_answer(self, task_id: str, future: Any) -> None:
        handle = future.result()
        if handle is None:
            return
        if handle.accepted:
            self._handles[task_id] = handle
            result = handle.get_result_async()
            result.add_done_callback(lambda done: self._on_result(task_id, handle, done))
        self._answered(task_id, handle.accepted)

    def _on_result(self, task_id: str, handle: Any, future: Any) -> None:
        if self._handles.get(task_id) is handle:
            del self._handles[task_id]
        answer = future.result()
        if answer is not None:
            self._ended(task_id, answer.result.state, answer.result.reason)

    def _on_paused(self, future: Any) -> None:
        answer = future.result()
        if answer is not None and not answer.success:
            self._log.warning("pause_refused", why=answer.message)
