"""What survives a kill of the drone's process."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from comms.contracts.place import Enu, GeoPoint
from comms.contracts.task import Task, TaskKind, TaskState, Vehicle
from drone.execution.journal import Final, FlightRecord, Journal, Stage
from drone.missions.plan import FlightPlan, Part, PlanItem, Step

TASK = Task(
    task_id="a",
    unit_id="u",
    vehicle=Vehicle.DRONE,
    kind=TaskKind.ORBIT,
    points=(GeoPoint(latitude_deg=29.868, longitude_deg=121.615),),
)
HOME = Enu(1.0, 2.0, 0.0)
PLAN = FlightPlan(
    (PlanItem(Step.TAKEOFF, Part.TAKE_OFF, Enu(1, 2, 30)), PlanItem(Step.RETURN, Part.LANDING)),
    HOME,
    HOME,
    None,
    10.0,
    1.0,
)
DONE = Final(state=TaskState.SUCCEEDED, reason="landed", at=datetime(2026, 5, 1, tzinfo=UTC))


def test_a_flight_in_progress_is_read_back_as_it_was(tmp_path: Path) -> None:
    record = FlightRecord(task=TASK, stage=Stage.FLYING, plan=PLAN, item=1, paused=True)
    Journal(tmp_path).keep(record)
    assert Journal(tmp_path).current == record


def test_a_finished_task_is_remembered_and_no_longer_in_progress(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.keep(FlightRecord(task=TASK, plan=PLAN))
    journal.finish("a", DONE)
    again = Journal(tmp_path)
    assert again.current is None
    assert again.finished("a") == DONE
    assert again.finished("b") is None


def test_the_emergency_stop_outlives_a_restart(tmp_path: Path) -> None:
    Journal(tmp_path).set_estop("engaged by Li")
    assert Journal(tmp_path).estop == "engaged by Li"


def test_a_broken_journal_is_put_aside_and_not_lost(tmp_path: Path) -> None:
    (tmp_path / "drone_journal.json").write_text("{half")
    assert Journal(tmp_path).current is None
    assert (tmp_path / "drone_journal.broken.json").read_text() == "{half"


def test_old_results_are_dropped_so_that_the_file_stays_small(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(505):
        journal._pages.finished[str(number)] = DONE
    journal.finish("new", DONE)
    assert journal.finished("0") is None
    assert journal.finished("new") == DONE
