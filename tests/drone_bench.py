"""A bench for the drone's node: a real autopilot process, the real node and a ROS client.

The simulated autopilot flies its rigid body faster than real time; everything between is as in the
product: MAVLink over UDP, MAVSDK, rclpy.
"""

from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rclpy
import yaml
from geometry_msgs.msg import QuaternionStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.action import ExecuteTask
from patrol_interfaces.msg import (
    GeoPoint,
    PreflightItem,
    PreflightReport,
    Task,
    TaskState,
    UnitState,
)
from patrol_interfaces.srv import ChangeFlight, SetEstop, TellWeather
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from std_srvs.srv import SetBool

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.contracts.site_reader import read_site
from comms.ros.qos import LATCHED, RECORDS, RELIABLE

ROOT = Path(__file__).parents[1]
SITE_FILE = ROOT / "launch" / "sites" / "ningbo_east.site.geojson"
SITE = read_site(SITE_FILE)
PAD = SITE.kiosks[0].pad
SPEEDUP = 8.0
#: An ArduCopter needs 41 s from boot until it can be armed, waits 5 s over home and sinks its last
#: 10 m at 0.5 m/s; flight tests do not wait for that.
PROFILES: dict[str, tuple[str, ...]] = {
    "px4": ("--profile", "px4"),
    "ardupilot": (
        *("--profile", "ardupilot", "--ready-s", "4"),
        *("--param", "RTL_LOIT_TIME=1000", "--param", "LAND_SPEED=100"),
    ),
}


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[bytes], with_signal: int = signal.SIGINT) -> int:
    """End a process that this bench started; its exit status."""
    if process.poll() is None:
        process.send_signal(with_signal)
    try:
        return process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(5)


@contextmanager
def autopilot(
    port: int, log: Path, *options: str, profile: str = "px4"
) -> Iterator[subprocess.Popen[bytes]]:
    """The simulated autopilot on the sample site's pad, behaving as `profile` does."""
    command = [
        *(sys.executable, "-m", "simulation.autopilot.main", "--physics", "rigid_body"),
        *(
            "--site-file",
            str(SITE_FILE),
            "--mavlink",
            f"udpout:127.0.0.1:{port}",
            "--speedup",
            str(SPEEDUP),
        ),
        *PROFILES[profile],
        *options,
    ]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
    try:
        yield process
    finally:
        end(process)


def start_node(
    port: int, state: Path, log: Path, unit_config: str = "", site_file: Path = SITE_FILE
) -> subprocess.Popen[bytes]:
    """The drone's node; `end` it.

    The autopilot counts the silence of its ground station in its own, faster seconds: its failsafe
    waits so much longer that a node may be killed and started anew, as in real time.
    """
    unit = yaml.safe_load(Path(unit_config).read_text()) if unit_config else {}
    waits = {"link_loss_after_s": 20.0 * SPEEDUP}
    drone = unit.setdefault("drone", {})
    drone["failsafes"] = waits | drone.get("failsafes", {})
    written = log.with_suffix(".unit.yaml")
    written.write_text(yaml.safe_dump(unit))
    command = [
        *(sys.executable, "-m", "drone.node", "--ros-args"),
        *("-p", f"connect:=udpin://127.0.0.1:{port}", "-p", f"site_file:={site_file}"),
        *("-p", f"unit_config:={written}"),
    ]
    environment = os.environ | {"PATROL_STATE_DIR": str(state)}
    with log.open("ab") as out:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, env=environment)


class Client:
    """A ROS client that hears all that the drone's node tells and gives it tasks."""

    def __init__(self) -> None:
        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node("drone_bench", context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.states: list[TaskState] = []
        self.units: list[UnitState] = []
        self.track: list[Odometry] = []
        self.camera: list[QuaternionStamped] = []
        self.preflight: PreflightReport | None = None
        listen = self.node.create_subscription
        listen(TaskState, "/drone/task_states", self.states.append, RECORDS)
        listen(UnitState, "/drone/unit_state", self.units.append, RELIABLE)
        listen(Odometry, "/drone/odometry", self.track.append, RELIABLE)
        listen(QuaternionStamped, "/drone/camera_attitude", self.camera.append, RELIABLE)
        listen(PreflightReport, "/drone/preflight", self._preflight, LATCHED)
        self._action = ActionClient(self.node, ExecuteTask, "/drone/execute_task")
        self._pause = self.node.create_client(SetBool, "/drone/pause")
        self._estop = self.node.create_client(SetEstop, "/drone/set_estop")
        self._change = self.node.create_client(ChangeFlight, "/drone/change")
        self._weather = self.node.create_client(TellWeather, "/drone/weather")

    def _preflight(self, report: PreflightReport) -> None:
        self.preflight = report

    def until(self, what: Callable[[], Any], timeout_s: float, name: str = "") -> None:
        """Spin until `what()` is true; an assertion fails when it never is."""
        stop = time.monotonic() + timeout_s
        while not what():
            assert time.monotonic() < stop, f"waited {timeout_s:.0f} s for {name or what}"
            self.executor.spin_once(timeout_sec=0.05)

    def wait_for_green(self) -> None:
        self.preflight = None
        green = lambda: self.preflight is not None and self.preflight.green  # noqa: E731
        self.until(green, 60, "a green pre-flight list")

    def send(self, task: Task) -> Any:
        """Send a goal; the future of its result."""
        self.until(self._action.server_is_ready, 15, "the action server")
        sent = self._action.send_goal_async(ExecuteTask.Goal(task=task))
        self.until(sent.done, 5, "the goal to be taken")
        handle = sent.result()
        assert handle.accepted
        result = handle.get_result_async()
        result.handle = handle
        return result

    def result(self, future: Any, timeout_s: float) -> ExecuteTask.Result:
        self.until(future.done, timeout_s, "the task to end")
        return future.result().result

    def call(self, client: Any, request: Any) -> Any:
        assert client.wait_for_service(10)
        answer = client.call_async(request)
        self.until(answer.done, 20, "a service")
        return answer.result()

    def pause(self, paused: bool) -> SetBool.Response:
        return self.call(self._pause, SetBool.Request(data=paused))

    def change(self, **wishes: Any) -> ChangeFlight.Response:
        """Change the flight in progress; the fields of ChangeFlight."""
        answer = self._change.call_async(ChangeFlight.Request(who="Li", **wishes))
        self.until(answer.done, 45, "the answer to a change")
        return answer.result()

    def tell_weather(self, **given: Any) -> TellWeather.Response:
        """Fields of TellWeather; those that are not given are not known."""
        names = ("wind_mps", "gust_mps", "from_deg", "visibility_m")
        unknown = dict.fromkeys(names, math.nan)
        return self.call(self._weather, TellWeather.Request(who="Li", **(unknown | given)))

    def line(self, name: str) -> PreflightItem:
        """A line of the newest pre-flight list."""
        assert self.preflight is not None
        return next(item for item in self.preflight.items if item.name == name)

    def estop(self, engage: bool) -> SetEstop.Response:
        return self.call(self._estop, SetEstop.Request(engage=engage, who="Li", reason="test"))

    def states_of(self, task_id: str) -> list[str]:
        """The states that a task went through, without repeats."""
        found: list[str] = []
        for state in self.states:
            if state.task_id == task_id and (not found or found[-1] != state.state):
                found.append(state.state)
        return found

    def wait_for_states(self, task_id: str, *states: str) -> None:
        """Wait until a task went through exactly these; a record may come after the result."""
        self.until(
            lambda: self.states_of(task_id)[-1:] == [states[-1]], 3, f"{states} of {task_id}"
        )
        assert self.states_of(task_id) == list(states)

    def mode(self) -> str:
        return self.units[-1].mode if self.units else ""

    def height(self) -> float:
        return self.units[-1].height_m if self.units else math.nan

    def close(self) -> None:
        self.executor.shutdown(timeout_sec=2.0)
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)


@dataclass
class Bench:
    """A flying autopilot, the node and a client; flights follow each other without a restart."""

    client: Client
    port: int
    folder: Path
    node: subprocess.Popen[bytes]
    unit_config: str = ""
    site_file: Path = SITE_FILE

    def restart(self, with_signal: int) -> int:
        """End the node, and start it anew; its exit status."""
        status = end(self.node, with_signal)
        self.node = start_node(
            self.port, self.state, self._log_file, self.unit_config, self.site_file
        )
        return status

    @property
    def state(self) -> Path:
        """Its state folder."""
        return self.folder / "state"

    @property
    def log(self) -> str:
        """What the node has written so far."""
        return self._log_file.read_text(errors="replace")

    @property
    def _log_file(self) -> Path:
        return self.folder / "node.log"


@contextmanager
def bench_of(
    folder: Path,
    *options: str,
    profile: str = "px4",
    unit_config: str = "",
    site_file: Path = SITE_FILE,
) -> Iterator[Bench]:
    """All of it; `options` are the autopilot's, `site_file` is the node's. What the node wrote is
    shown where a test fails."""
    port = free_udp_port()
    client = Client()
    with autopilot(port, folder / "autopilot.log", *options, profile=profile):
        node = start_node(port, folder / "state", folder / "node.log", unit_config, site_file)
        bench = Bench(client, port, folder, node, unit_config, site_file)
        try:
            yield bench
        finally:
            end(bench.node)
            client.close()
            print(bench.log[-8000:])


def orbit_task(task_id: str, at: Enu, approved_by: str = "Wang") -> Task:
    """An orbit of 15 m at 25 m around a place in map metres."""
    point = LocalFrame(SITE.origin).to_geo(at.east_m, at.north_m)
    place = GeoPoint(latitude=point.latitude_deg, longitude=point.longitude_deg, altitude=math.nan)
    return Task(
        task_id=task_id,
        kind=Task.KIND_ORBIT,
        vehicle="drone",
        points=[place],
        radius_m=15.0,
        height_m=25.0,
        approved_by=approved_by,
    )
