"""The drone's ROS node: flight tasks as an action, the vehicle's state on topics.

Two threads, one border: the desk and the autopilot link live on their own asyncio loop; ROS on the
executor's. Orders cross by `LoopThread.submit`, news by a queue that the ROS side empties in a
timer, so that neither ever waits for the other.
"""

from __future__ import annotations

import queue
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from geometry_msgs.msg import QuaternionStamped, TransformStamped, TwistStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.action import ExecuteTask
from patrol_interfaces.msg import PreflightReport, UnitState
from patrol_interfaces.msg import TaskState as TaskStateMsg
from patrol_interfaces.srv import ChangeFlight, PointCamera, SetEstop, TellWeather
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.task import Future as RosFuture
from std_srvs.srv import SetBool
from tf2_msgs.msg import TFMessage

from comms.contracts.beat_reader import read_beats
from comms.contracts.config import load_section
from comms.contracts.errors import ContractError
from comms.contracts.geodesy import LocalFrame
from comms.contracts.kiosk_camera import kiosk_camera
from comms.contracts.site import Site
from comms.contracts.site_reader import read_site
from comms.contracts.task import TaskState, TaskUpdate
from comms.contracts.vehicle import KioskBody, RobotBody
from comms.logs import get_logger
from comms.ros.clock import utc_now
from comms.ros.qos import LATCHED, RECORDS, RELIABLE
from comms.ros.run import run_node
from comms.state_dir import state_dir
from drone.assembly import make_desk, make_kit, make_vehicle, read_config
from drone.camera.pointing import point_camera
from drone.camera.taking import Taking
from drone.config import DroneConfig
from drone.execution.by_hand import Stick
from drone.execution.journal import Final, Journal
from drone.link.thread import LoopThread
from drone.messages import (
    change_from_message,
    preflight_to_message,
    task_from_message,
    update_to_message,
    weather_from_message,
)
from drone.others import OtherVehicles
from drone.pad_watch import PadLooks, PadWatch
from drone.reporter import Reporter

if TYPE_CHECKING:
    from drone.landing.ros_pictures import RosPictures

_STATE_HZ = 10.0
_NEWS_HZ = 20.0


class DroneNode(Node):
    """Parameters: unit_config, site_file, beats_dir (for flights along a beat) and connect (empty:
    as configured).
    """

    def __init__(self) -> None:
        super().__init__("drone")
        for name in ("unit_config", "site_file", "beats_dir", "connect"):
            self.declare_parameter(name, "")
        unit = self._text("unit_config")
        config, body = read_config(unit)
        if not self._text("site_file"):
            raise ContractError("the drone's node needs the parameter site_file")
        site = read_site(self._text("site_file"))
        beats_dir = self._text("beats_dir")
        vehicle = make_vehicle(config, self._text("connect"))
        kit = make_kit(
            vehicle,
            site,
            config,
            body,
            Journal(state_dir()),
            partial(utc_now, self),
            read_beats(beats_dir, site) if beats_dir else {},
        )
        self._pictures: RosPictures | None = None
        if config.landing == "precision":
            # OpenCV: 30 MB that a drone which lands otherwise does without
            from drone.landing.landing import PrecisionLanding
            from drone.landing.ros_pictures import RosPictures

            self._pictures = RosPictures(self, body.camera)
            kit.precision = PrecisionLanding(self._pictures, body.camera.mount, config.precision)
        self._log = get_logger()
        self._news: queue.SimpleQueue[TaskUpdate] = queue.SimpleQueue()
        self._waiting: dict[str, list[ServerGoalHandle]] = {}
        self._others = OtherVehicles(self)
        kit.targets = self._others.last
        kit.people = PadWatch(self, LocalFrame(site.origin)).people
        kit.looked = self._pad_looks(unit, site, config).looked
        self._desk = make_desk(kit, self._news.put)
        self._reporter = Reporter(kit, self._desk, LocalFrame(site.origin), config)
        self._thread = LoopThread()
        self._link = self._thread.submit(vehicle.run())
        self._thread.submit(self._start_desk())
        self._make_topics()
        self._taking = Taking(
            self,
            kit,
            LocalFrame(site.origin),
            self._reporter.camera_direction,
            lambda work: self._ros_future(self._thread.submit(work)),
            lambda topic, body: self._thread.submit(self._note(topic, body)),
        )

    def _pad_looks(self, unit: str, site: Site, config: DroneConfig) -> PadLooks:
        robot = load_section(unit, "robot_body", RobotBody)
        kiosk = load_section(unit, "kiosk_body", KioskBody)
        return PadLooks(
            self,
            LocalFrame(site.origin),
            robot.camera.horizontal_fov_rad,
            config.pad_sight_m,
            kiosk_camera(site.kiosks[0], kiosk),
        )

    async def _note(self, topic: str, body: dict[str, Any]) -> None:
        if self._desk.recorder is not None:
            self._desk.recorder.note(topic, body)

    def _text(self, name: str) -> str:
        return str(self.get_parameter(name).value)

    async def _start_desk(self) -> None:
        self._desk.start()

    def _make_topics(self) -> None:
        self._task_states = self.create_publisher(TaskStateMsg, "/drone/task_states", RECORDS)
        self._unit_state = self.create_publisher(UnitState, "/drone/unit_state", RELIABLE)
        self._preflight = self.create_publisher(PreflightReport, "/drone/preflight", LATCHED)
        self._odometry = self.create_publisher(Odometry, "/drone/odometry", RELIABLE)
        self._camera = self.create_publisher(QuaternionStamped, "/drone/camera_attitude", RELIABLE)
        self._tf = self.create_publisher(TFMessage, "/tf", 100)
        # a waiting order must not keep the timers and the other orders waiting
        orders = ReentrantCallbackGroup()
        self.create_service(SetBool, "/drone/pause", self._pause, callback_group=orders)
        self.create_service(SetEstop, "/drone/set_estop", self._estop, callback_group=orders)
        self.create_service(
            PointCamera, "/drone/point_camera", self._point_camera, callback_group=orders
        )
        self.create_service(ChangeFlight, "/drone/change", self._change, callback_group=orders)
        self.create_service(TellWeather, "/drone/weather", self._weather)
        self.create_subscription(TwistStamped, "/drone/velocity", self._stick, 1)
        self._action = ActionServer(
            self,
            ExecuteTask,
            "/drone/execute_task",
            execute_callback=self._execute,
            goal_callback=lambda goal: GoalResponse.ACCEPT,
            cancel_callback=self._cancel,
            callback_group=orders,
        )
        self.create_timer(1.0 / _STATE_HZ, self._publish_motion)
        self.create_timer(1.0 / _NEWS_HZ, self._publish_news)
        self.create_timer(0.5, self._publish_state)
        self.create_timer(1.0, self._ask_for_preflight)

    # ------------------------------------------------------------------ orders

    async def _execute(self, handle: ServerGoalHandle) -> ExecuteTask.Result:
        message = handle.request.task
        try:
            task = task_from_message(message, "unit")
        except ContractError as error:
            self._reject_unreadable(message.task_id, str(error))
            return self._result(handle, TaskState.REJECTED, str(error))
        self._waiting.setdefault(task.task_id, []).append(handle)
        try:
            final: Final = await self._ros_future(self._thread.submit(self._desk.execute(task)))
        finally:
            self._waiting[task.task_id].remove(handle)
        self._publish_news()  # the final state's record goes out before the result
        return self._result(handle, final.state, final.reason)

    def _ros_future(self, done: Future[Any]) -> RosFuture:
        """A future of the loop's thread as one that ROS's executor can wait for."""
        future: RosFuture = RosFuture(executor=self.executor)

        def hand_over(finished: Future[Any]) -> None:
            if finished.cancelled():
                future.set_exception(ContractError("the drone's node is ending"))
            elif finished.exception() is not None:
                future.set_exception(finished.exception())
            else:
                future.set_result(finished.result())
            self.executor.wake()  # the executor sleeps, and does not watch this future

        done.add_done_callback(hand_over)
        return future

    def _result(
        self, handle: ServerGoalHandle, state: TaskState, reason: str
    ) -> ExecuteTask.Result:
        if state is TaskState.SUCCEEDED:
            handle.succeed()
        elif state is TaskState.CANCELLED and handle.is_cancel_requested:
            handle.canceled()
        else:
            handle.abort()
        return ExecuteTask.Result(state=str(state), reason=reason)

    def _reject_unreadable(self, task_id: str, reason: str) -> None:
        state = TaskStateMsg(
            task_id=task_id,
            vehicle="drone",
            state=str(TaskState.REJECTED),
            reason=reason,
            actor="drone",
            remaining_s=float("nan"),
            stamp=self.get_clock().now().to_msg(),
        )
        self._task_states.publish(state)

    def _cancel(self, handle: ServerGoalHandle) -> CancelResponse:
        task_id = handle.request.task.task_id
        self._thread.submit(self._cancel_task(task_id))
        return CancelResponse.ACCEPT

    async def _cancel_task(self, task_id: str) -> None:
        if not self._desk.cancel(task_id, "cancelled by a person"):
            self._log.info("nothing to cancel", task_id=task_id)

    async def _pause(
        self, request: SetBool.Request, response: SetBool.Response
    ) -> SetBool.Response:
        async def pause() -> tuple[bool, str]:
            return self._desk.set_paused(request.data)

        response.success, response.message = await self._ros_future(self._thread.submit(pause()))
        return response

    async def _estop(
        self, request: SetEstop.Request, response: SetEstop.Response
    ) -> SetEstop.Response:
        work = self._desk.set_estop(request.engage, request.who, request.reason)
        response.success, response.message = await self._ros_future(self._thread.submit(work))
        return response

    async def _point_camera(
        self, request: PointCamera.Request, response: PointCamera.Response
    ) -> PointCamera.Response:
        work = point_camera(request, self._desk.kit.vehicle)
        response.success, response.message = await self._ros_future(self._thread.submit(work))
        return response

    async def _change(
        self, request: ChangeFlight.Request, response: ChangeFlight.Response
    ) -> ChangeFlight.Response:
        change = change_from_message(request)
        self._log.info("a change of the flight", who=request.who, change=change.words)
        work = self._desk.change(request.task_id, change)
        response.success, response.message = await self._ros_future(self._thread.submit(work))
        return response

    def _weather(
        self, request: TellWeather.Request, response: TellWeather.Response
    ) -> TellWeather.Response:
        try:
            weather = weather_from_message(request)
            self._desk.kit.weather.tell(weather, request.who or "somebody")
        except (ContractError, OSError) as error:
            response.success, response.message = False, str(error)
            return response
        self._log.info("the weather is told", who=request.who, words=weather.words)
        response.success, response.message = True, weather.words
        return response

    def _stick(self, message: TwistStamped) -> None:
        """A pilot's joystick: m/s and rad/s of the body, level with the ground (FLU)."""
        linear, turn = message.twist.linear, message.twist.angular.z
        self._desk.put_stick(Stick(linear.x, linear.y, linear.z, turn))

    # ------------------------------------------------------------------ news

    def _publish_news(self) -> None:
        if self._pictures is not None:
            self._pictures.follow_wish()
        while not self._news.empty():
            update = self._news.get_nowait()
            message = update_to_message(update)
            self._task_states.publish(message)
            for handle in self._waiting.get(update.task_id, ()):
                if handle.is_active:
                    handle.publish_feedback(ExecuteTask.Feedback(progress=message))
        if self._link.done() and not self._link.cancelled():
            error = self._link.exception()
            if error is not None:
                raise error

    def _publish_motion(self) -> None:
        stamp = self.get_clock().now().to_msg()
        odometry = self._reporter.odometry(stamp)
        if odometry is None:
            return
        self._odometry.publish(odometry)
        transform = TransformStamped()
        transform.header = odometry.header
        transform.child_frame_id = odometry.child_frame_id
        pose = odometry.pose.pose
        transform.transform.translation.x = pose.position.x
        transform.transform.translation.y = pose.position.y
        transform.transform.translation.z = pose.position.z
        transform.transform.rotation = pose.orientation
        self._tf.publish(TFMessage(transforms=[transform]))
        self._camera.publish(self._reporter.camera(stamp))

    def _publish_state(self) -> None:
        self._unit_state.publish(self._reporter.unit_state(self.get_clock().now().to_msg()))

    def _ask_for_preflight(self) -> None:
        async def look() -> Any:
            return self._desk.preflight()

        self._thread.submit(look()).add_done_callback(self._preflight_is_here)

    def _preflight_is_here(self, done: Future[Any]) -> None:
        if not done.cancelled() and done.exception() is None and self.context.ok():
            stamp = self.get_clock().now().to_msg()
            self._preflight.publish(preflight_to_message(done.result(), stamp))

    def close(self) -> None:
        """End the link. The vehicle goes on by itself; the journal says with what."""
        self._thread.close()


def main() -> int:
    return run_node(DroneNode, name="drone")


if __name__ == "__main__":
    raise SystemExit(main())
