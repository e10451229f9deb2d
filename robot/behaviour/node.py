"""Behaviour as a ROS node: tasks come over an action, what is done of them goes out as records."""

from __future__ import annotations

from patrol_interfaces.action import ExecuteTask
from patrol_interfaces.msg import CheckpointVisit as VisitMessage
from patrol_interfaces.msg import TaskState as TaskStateMessage
from patrol_interfaces.msg import UnitState
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node
from rclpy.task import Future
from std_msgs.msg import String
from std_srvs.srv import SetBool

from comms.contracts.beat_reader import read_beats
from comms.contracts.config import load_section
from comms.contracts.errors import ContractError
from comms.contracts.site_reader import read_site
from comms.contracts.task import TaskState, TaskUpdate
from comms.contracts.unit import CheckpointVisit
from comms.logs import get_logger
from comms.ros.conversions import task_from_ros, update_to_ros, visit_to_ros
from comms.ros.qos import LATCHED, RECORDS, RELIABLE
from comms.ros.run import run_node
from comms.state_dir import state_dir
from robot.behaviour.config import BehaviourConfig
from robot.behaviour.desk import Desk
from robot.behaviour.journal import Journal
from robot.behaviour.record import Final
from robot.behaviour.reporter import Reporter
from robot.behaviour.ros_capabilities import RosCapabilities
from robot.behaviour.trees import Area

_STATE_S = 0.5


class BehaviourNode(Node):
    """Parameters: unit_config, site_file, beats_dir."""

    def __init__(self) -> None:
        super().__init__("robot_behaviour")
        for name in ("unit_config", "site_file", "beats_dir"):
            self.declare_parameter(name, "")
        unit = self._text("unit_config")
        config = load_section(unit, "behaviour", BehaviourConfig)
        if not self._text("site_file"):
            raise ContractError("the behaviour node needs the parameter site_file")
        site = read_site(self._text("site_file"))
        folder = self._text("beats_dir")
        area = Area(site, read_beats(folder, site) if folder else {})
        self._log = get_logger()
        self._waiting: dict[str, list[Future]] = {}
        self._early: list[Future] = []
        self._is_started = False
        self._tree = ""
        self._robot = RosCapabilities(self, config)
        self._desk = Desk(
            area,
            self._robot,
            Journal(state_dir()),
            config,
            tell=self._tell,
            visited=self._tell_visit,
            ended=self._on_end,
        )
        self._reporter = Reporter(self, area, self._desk, self._robot, config)
        self._task_states = self.create_publisher(TaskStateMessage, "/robot/task_states", RECORDS)
        self._visits = self.create_publisher(VisitMessage, "/robot/visits", RECORDS)
        self._unit_state = self.create_publisher(UnitState, "/robot/unit_state", RELIABLE)
        self._trees = self.create_publisher(String, "/robot/behaviour/tree", LATCHED)
        self.create_service(SetBool, "/robot/pause", self._pause)
        self._action = ActionServer(
            self,
            ExecuteTask,
            "/robot/execute_task",
            execute_callback=self._execute,
            goal_callback=lambda goal: GoalResponse.ACCEPT,
            cancel_callback=self._cancel,
        )
        self.create_timer(1.0 / config.rate_hz, self._tick)
        self.create_timer(_STATE_S, self._report)
        self._log.info("behaviour is ready", site=site.site_id, beats=sorted(area.beats))

    def _text(self, name: str) -> str:
        return str(self.get_parameter(name).value)

    # ------------------------------------------------------------------ orders

    async def _execute(self, handle: ServerGoalHandle) -> ExecuteTask.Result:
        message = handle.request.task
        if not self._is_started:  # simulated time has not begun: nothing can be dated yet
            early = Future()
            self._early.append(early)
            await early
        try:
            task = task_from_ros(message)
        except ContractError as error:
            return _result(handle, TaskState.REJECTED, str(error))
        final = self._desk.order(task, message.start_checkpoint)
        if final is None:
            ended = Future()
            self._waiting.setdefault(task.task_id, []).append(ended)
            final = await ended
        return _result(handle, final.state, final.reason)

    def _cancel(self, handle: ServerGoalHandle) -> CancelResponse:
        task_id = handle.request.task.task_id
        if not self._desk.cancel(task_id, "cancelled by a person"):
            self._log.info("nothing to cancel", task_id=task_id)
            return CancelResponse.REJECT
        return CancelResponse.ACCEPT

    def _pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        response.success, response.message = self._desk.set_paused(request.data)
        return response

    # ------------------------------------------------------------------ time

    def _tick(self) -> None:
        if not self._is_started:
            if self.get_clock().now().nanoseconds == 0:
                return
            self._is_started = True
            self._desk.start()
            for early in self._early:
                early.set_result(None)
        self._robot.look_after()
        self._desk.tick()
        work = self._desk.work
        tree = work.tree_text() if work is not None else ""
        if tree != self._tree:
            self._tree = tree
            self._trees.publish(String(data=tree))

    def _report(self) -> None:
        if self._is_started:
            self._unit_state.publish(self._reporter.state(self.get_clock().now().to_msg()))

    # ------------------------------------------------------------------ news

    def _tell(self, update: TaskUpdate) -> None:
        self._task_states.publish(update_to_ros(update))

    def _tell_visit(self, visit: CheckpointVisit) -> None:
        self._log.info("visited", checkpoint=visit.checkpoint_id, done=visit.actions_done)
        self._visits.publish(visit_to_ros(visit))

    def _on_end(self, task_id: str, final: Final) -> None:
        for ended in self._waiting.pop(task_id, []):
            ended.set_result(final)

    def close(self) -> None:
        """After the spinning has ended."""
        self._action.destroy()
        self._robot.destroy()


def _result(handle: ServerGoalHandle, state: TaskState, reason: str) -> ExecuteTask.Result:
    if state is TaskState.SUCCEEDED:
        handle.succeed()
    elif state is TaskState.CANCELLED and handle.is_cancel_requested:
        handle.canceled()
    else:
        handle.abort()
    return ExecuteTask.Result(state=str(state), reason=reason)


def main() -> int:
    return run_node(BehaviourNode, name="robot_behaviour")


if __name__ == "__main__":
    raise SystemExit(main())
