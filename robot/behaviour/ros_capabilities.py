"""The robot's capabilities over ROS: the navigator's action, the services of camera and voice.

Every call returns at once with a job; answers change it later, in the node's executor. A server
that dies in the middle is noticed by its silence, and the job says "not now".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from geometry_msgs.msg import PoseStamped, Quaternion
from nav_msgs.msg import Odometry
from patrol_interfaces.action import NavigateThroughPoses
from patrol_interfaces.srv import Announce, TakePicture
from rclpy.action import ActionClient
from rclpy.node import Node

from comms.ros.conversions import nanoseconds_to_datetime
from comms.ros.qos import RELIABLE
from robot.behaviour.capabilities import Job, JobState, Place
from robot.behaviour.config import BehaviourConfig

_ODOMETRY_AGE_S = 2.0
_Code = NavigateThroughPoses.Result


class _Drive(Job):
    """A drive under way: the goal's handle, and when the navigator was last heard (s, ROS time)."""

    heard_s: float = 0.0
    handle: Any = None

    def cancel(self) -> None:
        super().cancel()
        if self.handle is not None:
            self.handle.cancel_goal_async()


class RosCapabilities:
    """Implements `Capabilities` for `node`."""

    def __init__(self, node: Node, config: BehaviourConfig) -> None:
        self._node = node
        self._config = config
        self._navigator = ActionClient(node, NavigateThroughPoses, "/robot/navigate_through_poses")
        self._camera = node.create_client(TakePicture, "/robot/take_picture")
        self._loudspeaker = node.create_client(Announce, "/robot/announce")
        node.create_subscription(Odometry, "/robot/odometry", self._on_odometry, RELIABLE)
        self.odometry: Odometry | None = None
        self._odometry_s = -math.inf
        self._drive: _Drive | None = None

    # ------------------------------------------------------------------ what is known

    def now(self) -> datetime:
        return nanoseconds_to_datetime(self._node.get_clock().now().nanoseconds)

    def _now_s(self) -> float:
        return float(self._node.get_clock().now().nanoseconds) * 1e-9

    def _on_odometry(self, message: Odometry) -> None:
        self.odometry, self._odometry_s = message, self._now_s()

    def pose(self) -> Place | None:
        message = self.odometry
        if message is None or abs(self._now_s() - self._odometry_s) > _ODOMETRY_AGE_S:
            return None
        at, q = message.pose.pose.position, message.pose.pose.orientation
        yaw = math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))
        return Place(at.x, at.y, yaw)

    # ------------------------------------------------------------------ driving

    def drive(self, places: Sequence[Place]) -> Job:
        job = _Drive(reason="asking the navigator")
        if self.pose() is None:
            return _not_now(job, "the robot's position is not known")
        if not places or not self._navigator.server_is_ready():
            return _not_now(job, "the navigator is not there")
        goal = NavigateThroughPoses.Goal(poses=[_pose_message(place) for place in places])
        job.heard_s = self._now_s()
        self._drive = job
        sent = self._navigator.send_goal_async(goal, lambda said: self._on_feedback(job, said))
        sent.add_done_callback(lambda done: self._on_answer(job, done.result()))
        return job

    def look_after(self) -> None:
        """To be called at each tick: a drive whose navigator fell silent is given up."""
        job = self._drive
        if job is None or job.state is not JobState.RUNNING:
            return
        silent_s = self._now_s() - job.heard_s
        if silent_s > self._config.feedback_age_s or silent_s < -1.0:
            job.cancel()
            _not_now(job, "the navigator is silent")

    def _on_answer(self, job: _Drive, handle: Any) -> None:
        job.heard_s = self._now_s()
        if handle is None or not handle.accepted:
            job.state, job.reason = JobState.FAILED, "the navigator refused the goal"
            return
        job.handle = handle
        if job.cancelled:  # nobody wants it any more; the answer came too late to stop it
            handle.cancel_goal_async()
        job.reason = ""
        handle.get_result_async().add_done_callback(lambda done: self._on_end(job, done.result()))

    def _on_feedback(self, job: _Drive, message: Any) -> None:
        job.heard_s = self._now_s()
        job.remaining_m = float(message.feedback.distance_remaining)

    def _on_end(self, job: _Drive, answer: Any) -> None:
        if job.state is not JobState.RUNNING or job.cancelled or answer is None:
            return
        result = answer.result
        if result.error_code == _Code.NONE:
            job.state, job.reason = JobState.DONE, ""
        elif result.error_code in (_Code.TF_ERROR, _Code.UNKNOWN):
            _not_now(job, result.error_msg or "the navigator broke off")
        else:
            job.state, job.reason = JobState.FAILED, result.error_msg

    # ------------------------------------------------------------------ camera, loudspeaker

    def take_picture(self) -> Job:
        def take(response: TakePicture.Response, job: Job) -> None:
            job.picture_jpeg = bytes(response.picture.data)

        return self._ask(self._camera, TakePicture.Request(), "the camera", take)

    def announce(self, text: str, language: str) -> Job:
        request = Announce.Request(text=text, language=language)
        return self._ask(self._loudspeaker, request, "the loudspeaker", lambda _, __: None)

    def _ask(self, client: Any, request: Any, who: str, take: Callable[[Any, Job], None]) -> Job:
        job = Job()
        if not client.service_is_ready():
            return _not_now(job, f"{who} is not there")

        def on_answer(future: Any) -> None:
            response = future.result()
            if job.cancelled or response is None:
                return
            if response.success:
                take(response, job)
            job.reason = response.message
            job.state = JobState.DONE if response.success else JobState.FAILED

        client.call_async(request).add_done_callback(on_answer)
        return job

    def destroy(self) -> None:
        self._navigator.destroy()


def _not_now(job: Job, why: str) -> Job:
    job.state, job.reason = JobState.NOT_NOW, why
    return job


def _pose_message(place: Place) -> PoseStamped:
    message = PoseStamped()
    message.header.frame_id = "map"
    message.pose.position.x, message.pose.position.y = float(place.x_m), float(place.y_m)
    if place.yaw_rad is None:  # all zero: any heading will do
        message.pose.orientation = Quaternion(x=0.0, y=0.0, z=0.0, w=0.0)
    else:
        half = place.yaw_rad / 2
        message.pose.orientation = Quaternion(z=math.sin(half), w=math.cos(half))
    return message
