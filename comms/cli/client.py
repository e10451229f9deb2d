"""The command line's connection to the command centre."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc

from comms.contracts.errors import ContractError
from comms.security.credentials import CHANNEL_OPTIONS, client_credentials
from comms.security.identity import Role
from comms.wire import centre_pb2 as pb
from comms.wire import centre_pb2_grpc

DEFAULT_CENTRE = "localhost:7443"
ANSWER_WITHIN_S = 10.0
CHANGED_WITHIN_S = 60.0  # a flight first stops, and then flies otherwise


@contextmanager
def centre() -> Iterator[Any]:
    """A stub of patrol.v1.Centre at $PATROL_CENTRE, as the operator $PATROL_OPERATOR.

    Raises ContractError when there is no certificate, grpc.RpcError when nobody answers.
    """
    address = os.environ.get("PATROL_CENTRE", DEFAULT_CENTRE)
    operator = os.environ.get("PATROL_OPERATOR", "operator")
    credentials = client_credentials(operator, Role.OPERATOR)
    with grpc.secure_channel(address, credentials, CHANNEL_OPTIONS) as channel:
        stub: Any = centre_pb2_grpc.CentreStub
        yield stub(channel)


def sentence(error: grpc.RpcError) -> str:
    """What to tell a person about a call that failed."""
    address = os.environ.get("PATROL_CENTRE", DEFAULT_CENTRE)
    code, details = error.code(), error.details() or ""
    if code is grpc.StatusCode.UNAVAILABLE:
        if "CERTIFICATE_VERIFY_FAILED" in details or "certificate" in details.lower():
            return (
                f"{address} shows a certificate of another authority, or for another name; is "
                "PATROL_STATE_DIR that of this command centre?"
            )
        return f"nobody answers at {address}: is the command centre running? (PATROL_CENTRE)"
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"the command centre at {address} did not answer within {ANSWER_WITHIN_S:.0f} s"
    return details or code.name


def only_unit(stub: Any, unit_id: str) -> str:
    """`unit_id`, or the id of the one unit that there is. Raises ContractError."""
    if unit_id:
        return unit_id
    units = [
        u.unit_id for u in stub.ListUnits(pb.ListUnitsRequest(), timeout=ANSWER_WITHIN_S).units
    ]
    if len(units) == 1:
        return str(units[0])
    if not units:
        raise ContractError("no unit has ever connected to this command centre")
    raise ContractError(f"say which unit with --unit: {', '.join(units)}")


def full_task_id(stub: Any, start: str) -> str:
    """The id of the one task that begins with `start`. Raises ContractError."""
    request = pb.ListTasksRequest(limit=10_000)
    ids = [r.task.task_id for r in stub.ListTasks(request, timeout=ANSWER_WITHIN_S).tasks]
    found = [task_id for task_id in ids if task_id.startswith(start)]
    if start in found:
        return start
    if len(found) == 1:
        return str(found[0])
    if not found:
        raise ContractError(f"there is no task {start!r}")
    raise ContractError(f"{len(found)} tasks begin with {start!r}; give more of the id")
