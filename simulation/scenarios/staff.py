"""The command staff of a scenario: asks the centre over its ordinary gRPC service, as anyone
may.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc

from comms.security.credentials import CHANNEL_OPTIONS, client_credentials
from comms.security.identity import Role
from comms.wire import centre_pb2 as pb
from comms.wire import centre_pb2_grpc, types_pb2

FINAL = frozenset(
    {
        types_pb2.TASK_STATE_SUCCEEDED,
        types_pb2.TASK_STATE_FAILED,
        types_pb2.TASK_STATE_CANCELLED,
        types_pb2.TASK_STATE_REJECTED,
        types_pb2.TASK_STATE_EXPIRED,
    }
)
ANSWER_S = 10.0


class Staff:
    """A person at the command centre at `address`, who is called `name`."""

    CANCEL = pb.ControlTaskRequest.CANCEL
    PAUSE = pb.ControlTaskRequest.PAUSE
    RESUME = pb.ControlTaskRequest.RESUME

    def __init__(self, address: str, name: str = "scenario") -> None:
        self.name = name
        credentials = client_credentials("operator", Role.OPERATOR)
        self._channel = grpc.secure_channel(address, credentials, CHANNEL_OPTIONS)
        stub: Any = centre_pb2_grpc.CentreStub
        self.centre = stub(self._channel)

    def close(self) -> None:
        self._channel.close()

    def unit(self) -> pb.Unit | None:
        """The first unit that is connected, with what it last said."""
        try:
            units = self.centre.ListUnits(pb.ListUnitsRequest(), timeout=ANSWER_S).units
        except grpc.RpcError:
            return None
        return next((u for u in units if u.connected), None)

    def vehicle(self, number: types_pb2.Vehicle) -> types_pb2.VehicleState | None:
        unit = self.unit()
        return next((v for v in unit.vehicles if v.vehicle == number), None) if unit else None

    def send(self, unit_id: str, **fields: Any) -> str:
        """Create a task; returns its id."""
        task = types_pb2.Task(unit_id=unit_id, created_by=self.name, **fields)
        record = self.centre.CreateTask(pb.CreateTaskRequest(task=task), timeout=ANSWER_S)
        return str(record.task.task_id)

    def approve(self, task_id: str) -> None:
        self.centre.ApproveTask(
            pb.ApproveTaskRequest(task_id=task_id, by=self.name), timeout=ANSWER_S
        )

    def control(self, task_id: str, action: Any) -> None:
        """Cancel, pause or resume a task."""
        request = pb.ControlTaskRequest(task_id=task_id, action=action, by=self.name)
        self.centre.ControlTask(request, timeout=ANSWER_S)

    def stop(self, unit_id: str, *, release: bool = False) -> None:
        self.centre.StopUnit(
            pb.StopUnitRequest(unit_id=unit_id, release=release, by=self.name), timeout=ANSWER_S
        )

    def tasks(self) -> dict[str, pb.TaskRecord]:
        answer = self.centre.ListTasks(pb.ListTasksRequest(), timeout=ANSWER_S)
        return {r.task.task_id: r for r in answer.tasks}

    def try_tasks(self) -> dict[str, pb.TaskRecord]:
        """The same, empty while the centre does not answer."""
        try:
            return self.tasks()
        except grpc.RpcError:
            return {}

    def findings(self) -> set[str]:
        """Ids of all findings in the centre's store."""
        return set(self.finding_ids())

    def finding_ids(self) -> list[str]:
        """The same with each as often as the centre lists it."""
        request = pb.ListFindingsRequest(limit=1000)
        answer = self.centre.ListFindings(request, timeout=ANSWER_S)
        return [finding.finding_id for finding in answer.findings]

    def visits(self, task_id: str) -> list[types_pb2.CheckpointVisit]:
        answer = self.centre.ListVisits(pb.ListVisitsRequest(task_id=task_id), timeout=ANSWER_S)
        return list(answer.visits)


def wait_until(condition: Callable[[], bool], timeout_s: float, period_s: float = 0.5) -> bool:
    """Ask `condition` until it is true; False when the time is up first."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(period_s)
    return condition()
