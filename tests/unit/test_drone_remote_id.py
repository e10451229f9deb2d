"""Remote identification: which numbers are right, what is told, and the pre-flight line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from mavsdk.exceptions import MavsdkError
from pydantic import ValidationError

from drone.link.remote_id import RemoteIdLink
from drone.link.state import ArmStatus, Position, VehicleView
from drone.link.which import wrong_vehicle
from drone.remote_id.config import RemoteIdConfig
from drone.remote_id.content import OperatorAt, operator_at, others, system
from drone.remote_id.line import remote_id_line

OPERATOR = "FIN87astrdge12k8"
GIVEN = RemoteIdConfig(uas_id="1ABCC123456789ABC", operator_id=OPERATOR)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"uas_id": "1ABCD12345"}, "13 characters follow its fifth, but 5 do"),
        ({"uas_id": "1OBC5ABCDE"}, "without O and I"),
        ({"operator_id": "FIN87astrdge12k9-xyz"}, "does not fit its secret characters"),
        ({"operator_id": "FIN87astrdge12K8"}, "no EU operator number"),
        ({"operator_id": "x" * 21}, "at most 20"),
        ({"description": "警察"}, "ASCII"),
        ({"operator_place": "fixed", "latitude_deg": 29.0}, "needs latitude_deg and longitude_deg"),
    ],
)
def test_a_number_that_cannot_be_right_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        RemoteIdConfig.model_validate(fields)


def test_the_secret_part_of_an_operators_number_is_checked_and_not_kept() -> None:
    """The example of the EU's numbers; an operator elsewhere has a number of another form."""
    config = RemoteIdConfig(operator_id=f"{OPERATOR}-xyz")
    assert config.operator_id == OPERATOR
    assert "xyz" not in repr(config.model_dump())
    assert RemoteIdConfig(operator_id="UAS-NB-000123").operator_id == "UAS-NB-000123"


def test_the_messages_carry_what_is_configured() -> None:
    config = GIVEN.model_copy(update={"eu_category": 2, "eu_class": 3})
    told = others(config)
    assert bytes(told["OPEN_DRONE_ID_BASIC_ID"]["uas_id"]) == b"1ABCC123456789ABC\0\0\0"
    assert told["OPEN_DRONE_ID_BASIC_ID"]["id_type"] == 1
    assert told["OPEN_DRONE_ID_OPERATOR_ID"]["operator_id"] == OPERATOR
    assert told["OPEN_DRONE_ID_SELF_ID"]["description"] == "police patrol"
    fields = system(config, OperatorAt(29.868, -121.615, 17.5), datetime(2019, 1, 2, tzinfo=UTC))
    assert fields["operator_latitude"] == 298680000
    assert fields["operator_longitude"] == -1216150000
    assert fields["operator_altitude_geo"] == 17.5
    assert fields["timestamp"] == 86400
    assert (fields["classification_type"], fields["category_eu"], fields["class_eu"]) == (1, 2, 4)


def test_the_operator_is_where_it_takes_off_or_at_a_fixed_place() -> None:
    assert operator_at(GIVEN, None) is None
    assert operator_at(GIVEN, (29.8, 121.6)) == (29.8, 121.6, None)
    fixed = {"operator_place": "fixed", "latitude_deg": 1.0, "longitude_deg": 2.0}
    config = RemoteIdConfig.model_validate(fields := {**fixed, "altitude_m": 3.0})
    assert operator_at(config, (29.8, 121.6)) == tuple(fields.values())[1:]


@pytest.mark.parametrize(
    ("config", "status", "ok", "ok_if_required", "words"),
    [
        (RemoteIdConfig(), None, True, False, "absent"),
        (GIVEN, None, True, False, "no transmitter has answered"),
        (GIVEN, ArmStatus(True), True, True, "the transmitter is ready"),
        (GIVEN, ArmStatus(False, "missing SYS"), False, False, 'not ready: "missing SYS"'),
        (RemoteIdConfig(), ArmStatus(False), False, False, "not ready"),
    ],
)
def test_the_line_of_the_preflight_list(
    config: RemoteIdConfig, status: ArmStatus | None, ok: bool, ok_if_required: bool, words: str
) -> None:
    view = VehicleView(connected=True)
    view.home.put(Position(29.868, 121.615, 5.0, 0.0))
    if status is not None:
        view.remote_id.put(status)
    line = remote_id_line(view, config)
    assert (line.ok, words in line.detail) == (ok, True), line
    required = config.model_copy(update={"required": True})
    assert remote_id_line(view, required).ok == ok_if_required


def test_a_vehicle_that_knows_no_home_has_no_place_to_tell() -> None:
    line = remote_id_line(VehicleView(connected=True), GIVEN.model_copy(update={"required": True}))
    assert (line.ok, line.detail) == (False, "the place of take-off is not known yet")


def test_which_vehicle_is_meant_is_said_when_it_is_not_clear() -> None:
    assert wrong_vehicle(0, (3,)) == ""
    assert wrong_vehicle(3, ()) == wrong_vehicle(3, (1, 3)) == ""
    assert wrong_vehicle(3, (1,)) == "system 1 answers here, system 3 is ours"
    assert "systems 1 and 3 answer here" in wrong_vehicle(0, (3, 1))


def test_what_cannot_be_sent_is_said_once_for_each_outage_and_message(monkeypatch) -> None:
    cut: set[str] = set()

    async def send(name: str, *_: object) -> None:
        if name in cut:
            raise MavsdkError("no route")

    monkeypatch.setattr("drone.link.remote_id.MavlinkDirectAsync", lambda _: None)
    monkeypatch.setattr("drone.link.remote_id.DirectCommands", lambda _: SimpleNamespace(send=send))
    link = RemoteIdLink(None, VehicleView(), RemoteIdConfig())

    async def outages() -> None:
        for now in ({"A"}, {"A"}, {"A", "B"}, {"B"}, {"B"}, set(), {"A"}):
            cut.clear()
            cut.update(now)
            await link._send("A", {})
            await link._send("B", {})

    with structlog.testing.capture_logs() as logs:
        asyncio.run(outages())
    said = [(entry["log_level"], entry["message"]) for entry in logs]
    assert said == [
        ("warning", "A"), ("warning", "B"), ("info", "A"), ("info", "B"), ("warning", "A"),
    ]  # fmt: skip
