"""The action's side of the navigator: takes goals, refuses bad ones, tells clients how it goes.

One errand at a time; a new goal takes the place of the present one, and its client is told so.
Goals are accepted first and refused by their result, because a ROS 2 rejection carries no reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geometry_msgs.msg import PoseStamped
from patrol_interfaces.action import NavigateThroughPoses
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node
from rclpy.task import Future

from comms.contracts.errors import ContractError
from comms.logs import get_logger
from robot.navigation.drive import Goal, Outcome
from robot.navigation.errors import BadGoal, NoRoute, NoTransform
from robot.navigation.messages import goals_of, quaternion_of
from robot.navigation.motion import Pose

Action = NavigateThroughPoses
_OUTCOMES = {
    Outcome.ARRIVED: Action.Result.NONE,
    Outcome.NO_ROUTE: Action.Result.NO_VALID_ROUTE,
    Outcome.BLOCKED: Action.Result.BLOCKED,
}
_REFUSALS: dict[type[ContractError], int] = {
    NoRoute: Action.Result.NO_VALID_ROUTE,
    BadGoal: Action.Result.NO_VALID_ROUTE,
    NoTransform: Action.Result.TF_ERROR,
}


@dataclass(frozen=True)
class Errand:
    """The goal that is being driven; `started_s`: ROS time."""

    handle: ServerGoalHandle
    ended: Future
    started_s: float


@dataclass(frozen=True)
class Advance:
    """How far a drive has come, for its client."""

    pose: Pose
    remaining_m: float
    remaining_s: float
    goals_left: int
    recoveries: int


class Errands:
    """Serves /robot/navigate_through_poses for `node`."""

    def __init__(self, node: Node, begin: Callable[[Sequence[Goal]], None]) -> None:
        """`begin` starts the drive or raises BadGoal, NoRoute or NoTransform; then the errand
        before it goes on.
        """
        self._node = node
        self._begin = begin
        self._present: Errand | None = None
        self._log = get_logger()
        self._server = ActionServer(
            node,
            Action,
            "/robot/navigate_through_poses",
            execute_callback=self._execute,
            goal_callback=lambda goal: GoalResponse.ACCEPT if goal.poses else GoalResponse.REJECT,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    @property
    def is_under_way(self) -> bool:
        return self._present is not None

    @property
    def is_cancelled(self) -> bool:
        """Whether the client of the present errand asked for its end."""
        return self._present is not None and self._present.handle.is_cancel_requested

    async def _execute(self, handle: ServerGoalHandle) -> NavigateThroughPoses.Result:
        try:
            self._begin(goals_of(handle.request.poses))
        except (BadGoal, NoRoute, NoTransform) as error:
            self._log.warning("goal refused", reason=str(error))
            handle.abort()
            return Action.Result(error_code=_REFUSALS[type(error)], error_msg=str(error))
        before, self._present = self._present, Errand(handle, Future(), self._now_s())
        if before is not None:
            before.ended.set_result((None, "another goal took its place"))
        outcome, reason = await self._present.ended
        if handle.is_cancel_requested:
            handle.canceled()
            return Action.Result(error_msg=reason)
        if outcome is Outcome.ARRIVED:
            handle.succeed()
        else:
            handle.abort()
        code = _OUTCOMES[outcome] if outcome else Action.Result.UNKNOWN
        return Action.Result(error_code=code, error_msg=reason)

    def end(self, outcome: Outcome | None, reason: str) -> None:
        """The present errand is over; None: its client cancelled it."""
        errand, self._present = self._present, None
        if errand is not None:
            errand.ended.set_result((outcome, reason))

    def tell(self, advance: Advance) -> None:
        """Feedback for the client of the present errand."""
        if self._present is None:
            return
        current = PoseStamped()
        current.header.frame_id = "map"
        current.header.stamp = self._node.get_clock().now().to_msg()
        current.pose.position.x, current.pose.position.y = advance.pose.x_m, advance.pose.y_m
        current.pose.orientation = quaternion_of(advance.pose.yaw_rad)
        feedback = Action.Feedback(current_pose=current)
        feedback.distance_remaining = advance.remaining_m
        feedback.number_of_poses_remaining = advance.goals_left
        feedback.number_of_recoveries = advance.recoveries
        feedback.navigation_time.sec = max(0, int(self._now_s() - self._present.started_s))
        feedback.estimated_time_remaining.sec = int(advance.remaining_s)
        self._present.handle.publish_feedback(feedback)

    def _now_s(self) -> float:
        return float(self._node.get_clock().now().nanoseconds) * 1e-9

    def close(self) -> None:
        self._server.destroy()
