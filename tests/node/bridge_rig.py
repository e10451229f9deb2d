"""Command centre and bridge as real processes, and a person's gRPC client, for the tests here."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
from patrol_interfaces import msg as ros

from comms.ros.conversions import picture_to_ros, time_to_ros
from comms.security.credentials import CHANNEL_OPTIONS, client_credentials
from comms.security.identity import Role
from comms.security.init import ensure_all
from comms.wire import centre_pb2 as pb
from comms.wire import centre_pb2_grpc, types_pb2

UNIT = "unit-1"


def until(what: Callable[[], Any], within_s: float = 20.0, every_s: float = 0.05) -> Any:
    """Wait until `what()` is true and return it; fail with its last value."""
    end = time.monotonic() + within_s
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < end, f"not within {within_s} s; the last value was {value!r}"
        time.sleep(every_s)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One of our programs with its log in a file."""

    def __init__(self, log: Path, environment: dict[str, str], *arguments: str) -> None:
        self._file = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env={**os.environ, **environment},
            stdout=self._file,
            stderr=self._file,
        )

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(5)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.kill()
        self._file.close()


class Rig:
    """A centre and a bridge that share a state folder, on ports of their own."""

    def __init__(self, folder: Path, bridge_section: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = {"PATROL_STATE_DIR": str(folder / "state")}
        self.authority = ensure_all(folder / "state" / "pki", units=[UNIT, "unit-2"])
        config = folder / "unit.yaml"
        config.write_text(
            f"unit: {{unit_id: {UNIT}}}\nbridge:\n  centre: localhost:{self.port}\n"
            f"  reconnect_max_s: 1.0\n{bridge_section}"
        )
        self.config = config
        self.centre: Process | None = None
        self.bridge: Process | None = None
        self.channel = grpc.secure_channel(
            f"localhost:{self.port}",
            client_credentials("operator", Role.OPERATOR, self.authority.folder),
            (*CHANNEL_OPTIONS, ("grpc.initial_reconnect_backoff_ms", 200),
             ("grpc.max_reconnect_backoff_ms", 500)),
        )  # fmt: skip
        self.stub = centre_pb2_grpc.CentreStub(self.channel)

    @property
    def database(self) -> Path:
        return self.folder / "state" / "centre" / "centre.sqlite"

    def start_centre(self, *extra: str) -> None:
        listen = f"127.0.0.1:{self.port}"
        self.centre = Process(
            self.folder / "centre.log", self.environment,
            "comms.centre.main", "--listen", listen, "--screens-port", "0", *extra,
        )  # fmt: skip
        self.stub.ListUnits(pb.ListUnitsRequest(), wait_for_ready=True, timeout=20)

    def start_bridge(self) -> None:
        self.bridge = Process(
            self.folder / "bridge.log", self.environment,
            "comms.bridge.node", "--ros-args", "-p", f"unit_config:={self.config}",
        )  # fmt: skip

    def connected(self) -> bool:
        units = self.stub.ListUnits(pb.ListUnitsRequest(), timeout=5).units
        return any(unit.unit_id == UNIT and unit.connected for unit in units)

    def close(self) -> None:
        self.channel.close()
        for process in (self.bridge, self.centre):
            if process is not None:
                process.end()

    def create(self, **task: Any) -> str:
        task.setdefault("vehicle", types_pb2.VEHICLE_ROBOT)
        task.setdefault("kind", types_pb2.TASK_KIND_RETURN)
        request = pb.CreateTaskRequest(task=types_pb2.Task(unit_id=UNIT, **task))
        return str(self.stub.CreateTask(request, timeout=5).task.task_id)

    def record(self, task_id: str) -> pb.TaskRecord:
        tasks = self.stub.ListTasks(pb.ListTasksRequest(), timeout=5).tasks
        return next(record for record in tasks if record.task.task_id == task_id)

    def state(self, task_id: str) -> str:
        return types_pb2.TaskState.Name(self.record(task_id).latest.state)[11:].lower()

    def history(self, task_id: str) -> list[str]:
        return [
            types_pb2.TaskState.Name(step.state)[11:].lower()
            for step in self.record(task_id).history
        ]

    def stored(self, table: str = "findings") -> int:
        """Rows in the centre's own store, read past its services."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def finding_message(number: int, size: int = 1000) -> ros.Finding:
    """A finding of its own, with a picture of `size` bytes."""
    now = time_to_ros(datetime.now(UTC))
    message = ros.Finding(
        finding_id=str(uuid.UUID(int=number)), revision=0, phase="new", kind="person",
        confidence=0.5, source="robot", first_seen=now, last_seen=now, count=1,
        snapshot=picture_to_ros(bytes(size)),
    )  # fmt: skip
    message.position.latitude, message.position.longitude = 29.868, 121.615
    message.position.altitude = float("nan")
    return message
