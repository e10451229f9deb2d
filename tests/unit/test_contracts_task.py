"""A task's states only go forward, end once, and a task says what its kind needs."""

import itertools

import pytest

from comms.contracts.errors import ContractError
from comms.contracts.place import GeoPoint
from comms.contracts.task import FINAL, Task, TaskKind, TaskState, Vehicle, may_follow

HERE = GeoPoint(latitude_deg=29.868, longitude_deg=121.615)


def test_a_final_state_is_never_left():
    for before, after in itertools.product(FINAL, TaskState):
        assert not may_follow(before, after)


def test_running_and_paused_alternate_but_nothing_goes_back_to_sent():
    assert may_follow(TaskState.RUNNING, TaskState.PAUSED)
    assert may_follow(TaskState.PAUSED, TaskState.RUNNING)
    assert not may_follow(TaskState.RUNNING, TaskState.SENT)
    assert not may_follow(TaskState.PAUSED, TaskState.ACCEPTED)


def test_every_open_state_can_end_in_every_way():
    for before in set(TaskState) - FINAL:
        assert all(may_follow(before, after) for after in FINAL)


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ({"vehicle": "drone", "kind": "patrol", "beat_id": "b"}, "a drone cannot do a patrol task"),
        ({"vehicle": "robot", "kind": "patrol"}, "a patrol task needs the id of a beat"),
        ({"vehicle": "robot", "kind": "go_to"}, "a go_to task needs exactly one point"),
        ({"vehicle": "drone", "kind": "orbit", "points": (HERE, HERE)}, "exactly one point"),
    ],
)
def test_a_task_without_what_its_kind_needs_is_refused(task, sentence):
    with pytest.raises(ContractError, match=sentence):
        Task(task_id="t", unit_id="u", **task).check()


def test_a_flight_needs_approval_and_coming_home_does_not():
    orbit = Task(
        task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.ORBIT, points=(HERE,)
    )
    home = Task(task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.RETURN)
    assert orbit.needs_approval
    assert not home.needs_approval
