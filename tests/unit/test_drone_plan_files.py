"""QGroundControl's plan files: read strictly, kept whole, checked leg by leg, written again."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from comms.contracts.errors import ContractError, FileError
from comms.contracts.site_reader import read_site
from drone.airspace.airspace import Airspace
from drone.cli import app
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.formats.plan_check import check_plan
from drone.formats.plan_file import PlanFile, parse_plan, plan_document, read_plan
from drone.formats.plan_items import Home
from drone.missions.encoding import Firmware

SITE_FILE = Path(__file__).parents[2] / "launch" / "sites" / "ningbo_east.site.geojson"
SITE = read_site(SITE_FILE)
AIRSPACE = Airspace.of_site(SITE, DroneConfig())
PAD = SITE.frame.to_geo(*SITE.kiosks[0].pad)
HOME = [PAD.latitude_deg, PAD.longitude_deg, 4.0]


def place(east_m: float, north_m: float) -> tuple[float, float]:
    at = SITE.frame.to_geo(east_m, north_m)
    return at.latitude_deg, at.longitude_deg


def simple(
    number: int, command: int, params: list[Any], frame: int = 3, **more: Any
) -> dict[str, Any]:
    return {
        "type": "SimpleItem", "autoContinue": True, "command": command, "doJumpId": number,
        "frame": frame, "params": params, **more,
    }  # fmt: skip


def waypoint(number: int, east_m: float, north_m: float, height: float = 60.0, **more: Any) -> dict:
    return simple(number, 16, [0, 0, 0, None, *place(east_m, north_m), height], **more)


TAKEOFF = simple(1, 22, [15, 0, 0, None, None, None, 60], Altitude=60, AltitudeMode=1)
RETURN = simple(9, 20, [0, 0, 0, 0, 0, 0, 0], frame=2)


def document(*items: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {
        "fileType": "Plan", "version": 1, "groundStation": "QGroundControl",
        "geoFence": {"circles": [], "polygons": [], "version": 2},
        "rallyPoints": {"points": [], "version": 2},
        "mission": {
            "version": 2, "firmwareType": 12, "vehicleType": 2, "cruiseSpeed": 15, "hoverSpeed": 5,
            "globalPlanAltitudeMode": 1, "plannedHomePosition": HOME, "items": list(items),
        },
        **parts,
    }  # fmt: skip


def read(content: dict[str, Any]) -> PlanFile:
    return parse_plan(json.dumps(content), "my.plan")


def survey_item() -> dict[str, Any]:
    inner = [
        simple(2, 205, [-90, 0, 0, 0, 0, 0, 2], frame=2),
        waypoint(3, 50, 45), waypoint(4, 100, 45), waypoint(5, 100, 60), waypoint(6, 50, 60),
        simple(7, 206, [12.5, 0, 1, 0, 0, 0, 0], frame=2),
    ]  # fmt: skip
    return {
        "type": "ComplexItem", "complexItemType": "survey", "version": 5, "angle": 90,
        "polygon": [list(place(50, 40)), list(place(100, 40)), list(place(100, 65))],
        "TransectStyleComplexItem": {
            "version": 2, "FollowTerrain": False, "Items": inner,
            "CameraCalc": {"CameraName": "Manual (no camera specs)", "AdjustedFootprintSide": 15},
        },
    }  # fmt: skip


def test_a_survey_is_flown_as_its_waypoints_in_the_file() -> None:
    plan = read(document(TAKEOFF, survey_item(), RETURN))
    assert [i.command for i in plan.mission] == [22, 205, 16, 16, 16, 16, 206, 20]
    assert [i.seq for i in plan.mission] == list(range(8))
    assert plan.mission[1].param1 == -90
    assert (plan.mission[0].x, plan.mission[0].y) == (round(HOME[0] * 1e7), round(HOME[1] * 1e7))
    assert all(math.isfinite(v) for i in plan.mission for v in (i.param1, i.param4, i.z))
    assert plan.mission[3].param4 == pytest.approx(90.0, abs=0.5)  # along its leg, to the east
    way = check_plan(plan, AIRSPACE, SITE.frame)
    assert max(p.up_m for p in way.track) <= DroneConfig().max_height_m
    assert way.duration_s > 60


def test_a_corridor_of_todays_version_is_its_waypoints_with_the_hover_and_capture() -> None:
    """Version 3: heights above the sea, reckoned by QGroundControl over its terrain."""
    inner = [waypoint(2, 50, 45, 64.0, frame=0), simple(3, 2000, [0, 0, 1, 0, 0, 0, 0], frame=2)]
    corridor = {
        "type": "ComplexItem", "complexItemType": "CorridorScan", "version": 3, "CorridorWidth": 50,
        "EntryPoint": 0, "polyline": [list(place(50, 45)), list(place(90, 45))],
        "TransectStyleComplexItem": {
            "version": 2, "HoverAndCapture": True, "Items": inner,
            "CameraCalc": {"DistanceMode": 3, "DistanceToSurface": 60, "version": 2},
        },
    }  # fmt: skip
    plan = read(document(TAKEOFF, corridor, RETURN))
    assert [(i.command, i.z) for i in plan.mission[1:3]] == [(16, 60.0), (2000, 0.0)]


def test_what_is_not_understood_stays_in_the_file() -> None:
    content = document(
        TAKEOFF, survey_item(), RETURN, somebody={"else's": [1, 2]}, rallyPoints={"points": []}
    )
    assert json.loads(read(content).text()) == content


def test_heights_above_the_sea_become_heights_above_home() -> None:
    plan = read(document(TAKEOFF, waypoint(2, 60, 60, 64.0, frame=0), RETURN))
    assert plan.mission[1].z == pytest.approx(60.0)


def test_a_jump_names_an_item_by_its_id_and_is_given_its_place_in_the_list() -> None:
    jump = simple(8, 177, [2, 1, 0, 0, 0, 0, 0], frame=2)
    plan = read(document(TAKEOFF, waypoint(2, 60, 60), waypoint(3, 80, 60), jump, RETURN))
    assert (plan.mission[3].command, plan.mission[3].param1) == (177, 1.0)
    check_plan(plan, AIRSPACE, SITE.frame)


FENCE = {
    "version": 2,
    "polygons": [
        {"inclusion": True, "polygon": [list(place(x, y)) for x, y in ((0, 0), (90, 0), (90, 90))]},
        {"inclusion": False, "polygon": [list(place(x, y)) for x, y in ((5, 5), (9, 5), (9, 9))]},
    ],
    "circles": [{"inclusion": False, "circle": {"center": list(place(20, 20)), "radius": 7.5}}],
    "breachReturn": [*place(1, 1), 30],
}


def test_fence_and_rally_points_are_read_and_written_as_they_are() -> None:
    rally = {"version": 2, "points": [[*place(10, 20), 42]]}
    plan = read(document(TAKEOFF, RETURN, geoFence=FENCE, rallyPoints=rally))
    assert [i.command for i in plan.fence] == [5001] * 3 + [5002] * 3 + [5004, 5000]
    assert [i.param1 for i in plan.fence][:7] == [3.0] * 6 + [7.5]
    assert plan.rally[0].z == 42
    again = plan_document(
        plan.mission, plan.fence[:7], plan.rally, plan.home, Firmware.PX4, plan.cruise_mps
    )
    twice = read(again)
    assert (twice.mission, twice.fence, twice.rally) == (plan.mission, plan.fence[:7], plan.rally)


REFUSED = [
    ({"fileType": "Mission"}, 'it needs "fileType": "Plan"'),
    ({"version": 7}, "version 7 of plans is not known"),
    ({"mission": []}, "needs 'mission' as an object"),
    ({"geoFence": {"polygons": [{"polygon": [[1, 2]]}]}}, "polygon 1: it needs at least three"),
    ({"geoFence": {"circles": [{"circle": {"center": [1, 2]}}]}}, "circle 1: a number is needed"),
    ({"geoFence": {"version": 1, "polygon": [[1, 2], [3, 4]]}}, "'polygon' is a fence of an older"),
    ({"geoFence": {"version": 1, "circleRadius": 30}}, "'circleRadius' is a fence of an older"),
    ({"rallyPoints": {"points": [[95, 2, 3]]}}, "rally point 1: 95.0, 2.0 is no place"),
]


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_a_broken_file_is_one_sentence_with_file_and_place(part, sentence) -> None:
    with pytest.raises(FileError, match=r"^my\.plan") as error:
        read(document(TAKEOFF, RETURN) | part)
    assert sentence in str(error.value)


#: Among them: loiter for ever, altitude, mode, home, servo, terminate, reposition, fence off,
#: parachute, gripper, disarm.
NEVER = (17, 18, 82, 113, 176, 179, 180, 183, 185, 186, 192, 207, 208, 211, 400, 70000)
ITEMS = [
    (waypoint(2, 60, 60, frame=10), "item 2 of 3: its altitude is in frame 10"),
    (simple(2, 84, [0] * 7), "command 84 is not one that is flown here"),
    (simple(2, 16, [0, 0, 0, 0, 1, 2]), "a list of seven params"),
    (simple(2, 16, [0, 0, 0, 0, None, 2, 3]), "it needs latitude, longitude and altitude"),
    (simple(2, 16, [0, 0, 0, 0, 99, 2, 3]), "is no place on the earth"),
    (simple(2, 16, ["x", 0, 0, 0, 9, 2, 3]), "its param 1 is no number: 'x'"),
    (simple(2, 177, [77, 1, 0, 0, 0, 0, 0], frame=2), "it jumps to item id 77"),
    (simple(2, 177, [[1], 1, 0, 0, 0, 0, 0], frame=2), "its param 1 is no number: [1]"),
    (simple(2, 177, [1, -1, 0, 0, 0, 0, 0], frame=2), "its param 2 (jump) is -1; 1 to 50 is flown"),
    (simple(2, 16, [9000, 0, 0, 0, 9, 2, 3]), "its param 1 (waypoint) is 9000; 0 to 1200"),
    (simple(2, 16, [0, 0, 0, 0, 9, 2, 10**400]), "its altitude is out of range"),
    (simple(2, 178, [1, 1000, -1, 0, 0, 0, 0], frame=2), "its param 2 (speed) is 1000"),
    (simple(2, 178, [1, 0, -1, 0, 0, 0, 0], frame=2), "its speed is 0 m/s; 0.5 to 15 is flown"),
    (simple(2, 178, [2, 3, -1, 0, 0, 0, 0], frame=2), "its param 1 (speed) is 2; 0 to 1"),
    (simple(2, 93, [-1, 12, 0, 0, 0, 0, 0], frame=2), "its param 1 (delay) is -1; 0 to 1200"),
    (simple(2, 16, [0, 40, 0, 0, 9, 2, 10]), "its param 2 (waypoint) is 40; 0 to 5 is flown"),
    (simple(2, 21, [0, 2, 0, 0, 9, 2, 0]), "its param 2 (land) is 2; 0 to 0 is flown"),
    (waypoint(2, 60, 60) | {"autoContinue": False}, "its autoContinue is off"),
    *((simple(2, number, [0] * 7, frame=2), f"command {number} is not one") for number in NEVER),
    (
        {"type": "ComplexItem", "complexItemType": "survey",
         "TransectStyleComplexItem": {"Items": [1]}},
        "the waypoints of the survey are not in the file",
    ),
    ({"type": "ComplexItem", "complexItemType": "StructureScan"}, "waypoints of the StructureScan"),
    ({"type": "ComplexItem", "complexItemType": "fwLandingPattern"}, "of the fwLandingPattern"),
    ({"type": "ComplexItem", "complexItemType": "vtolLandingPattern"}, "of the vtolLandingPattern"),
    ({"type": "missionItem", "command": 16, "coordinate": [9, 2, 10]}, "of the missionItem"),
    (simple(2, 80, [0] * 7), "command 80 is not one that is flown here"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "sentence"), ITEMS)
def test_an_item_that_cannot_be_flown_is_named(item, sentence) -> None:
    with pytest.raises(FileError) as error:
        read(document(TAKEOFF, item, RETURN))
    assert sentence in str(error.value)


def test_nan_is_no_number_of_json() -> None:
    text = json.dumps(document(TAKEOFF, RETURN)).replace("60", "NaN", 1)
    with pytest.raises(FileError, match="NaN is not a number"):
        parse_plan(text, "my.plan")


TOWER_A = (30.0, 116.0)
UNFLYABLE = [
    ((RETURN,), "leads nowhere"),
    ((waypoint(2, 60, 60), TAKEOFF, {**RETURN, "doJumpId": 9}), "item 2 is a take-off in the mid"),
    ((TAKEOFF, waypoint(2, *TOWER_A), RETURN), "item 2 of 3 .* cannot be flown: .*Tower A"),
    ((TAKEOFF, waypoint(2, 60, 60, 500.0), RETURN), "500 m high and 120 m is allowed"),
    ((TAKEOFF, waypoint(2, 5000, 60), RETURN), "leaves the site's boundary"),
    ((TAKEOFF, RETURN, waypoint(3, 60, 60)), "item 2 is a return in the middle"),
    ((TAKEOFF, RETURN, simple(3, 2001, [0] * 7, frame=2)), "item 3 stands after the plan's return"),
    ((TAKEOFF, {**RETURN, "doJumpId": 7}, waypoint(3, 60, 60), RETURN), "a return in the middle"),
    (
        (TAKEOFF, simple(2, 177, [3, 1, 0, 0, 0, 0, 0], frame=2), waypoint(3, 60, 60), RETURN),
        "item 2 of 4 jumps to item 3: only a jump back",
    ),
]


def test_an_id_that_two_items_have_matters_only_to_a_jump() -> None:
    """Programs that write plans often give every item the same."""
    same = (TAKEOFF, waypoint(1, 60, 60), waypoint(1, 80, 60), {**RETURN, "doJumpId": 1})
    check_plan(read(document(*same)), AIRSPACE, SITE.frame)
    jump = simple(8, 177, [1, 1, 0, 0, 0, 0, 0], frame=2)
    with pytest.raises(FileError, match="item 4 of 5: it jumps to item id 1, which two items have"):
        read(document(*same[:3], jump, same[3]))


def test_the_leg_that_only_a_jump_flies_is_checked() -> None:
    """Around Tower A by waypoints, and straight back through it by the jump."""
    around = [waypoint(2, 5, 116, 40.0), waypoint(3, 5, 90, 40.0), waypoint(4, 55, 90, 40.0)]
    up = simple(1, 22, [0, 0, 0, None, None, None, 40])
    jump = simple(8, 177, [2, 2, 0, 0, 0, 0, 0], frame=2)
    items = (up, waypoint(7, 5, 60, 40.0), *around, waypoint(5, 55, 116, 40.0))
    back = waypoint(6, 55, 60, 40.0)
    check_plan(read(document(*items, back, RETURN)), AIRSPACE, SITE.frame)
    with pytest.raises(PlanError, match=r"item 7 of 9 \(jump\) cannot be flown: .*Tower A"):
        check_plan(read(document(*items, jump, back, RETURN)), AIRSPACE, SITE.frame)


def test_a_jump_s_repeats_count_in_time_and_energy() -> None:
    items = (TAKEOFF, waypoint(2, 60, 60), waypoint(3, 80, 60))
    jump = simple(8, 177, [2, 20, 0, 0, 0, 0, 0], frame=2)
    once = check_plan(read(document(*items, RETURN)), AIRSPACE, SITE.frame)
    often = check_plan(read(document(*items, jump, RETURN)), AIRSPACE, SITE.frame)
    assert often.energy_wh > 2 * once.energy_wh
    assert often.duration_s > 2 * once.duration_s


def circle(east_m: float, north_m: float, *, inclusion: bool) -> dict[str, Any]:
    round_ = {"center": list(place(east_m, north_m)), "radius": 5}
    return {"geoFence": {"circles": [{"circle": round_, "inclusion": inclusion}]}}


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (circle(60, 60, inclusion=False), "into an area that its own fence closes"),
        (circle(0, -90, inclusion=True), "out of the area of its own fence"),
        ({"rallyPoints": {"points": [[*place(9000, 0), 40]]}}, "rally point 1 of 1 leaves"),
        ({"rallyPoints": {"points": [[*place(60, 60), 9000]]}}, "rally point 1 of 1 is 9000 m"),
    ],
)
def test_a_plan_against_its_own_fence_or_with_a_far_rally_point_is_refused(parts, sentence) -> None:
    plan = read(document(TAKEOFF, waypoint(2, 60, 60), RETURN, **parts))
    with pytest.raises(PlanError, match=sentence):
        check_plan(plan, AIRSPACE, SITE.frame)


@pytest.mark.parametrize(("items", "sentence"), UNFLYABLE)
def test_a_plan_that_cannot_be_flown_here_is_refused_with_item_and_reason(items, sentence) -> None:
    with pytest.raises(PlanError, match=sentence):
        check_plan(read(document(*items)), AIRSPACE, SITE.frame)


def test_a_plan_of_another_town_is_told_as_such() -> None:
    content = document(TAKEOFF, RETURN)
    content["mission"]["plannedHomePosition"] = [48.1, 11.5, 500]
    with pytest.raises(PlanError, match="it is of another place"):
        check_plan(read(content), AIRSPACE, SITE.frame)


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
leaves |= st.text(max_size=5)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), value=leaves | st.lists(leaves, max_size=3) | st.just(10**400))
def test_whatever_a_file_says_the_answer_is_a_plan_or_one_sentence(data, value) -> None:
    words = answer_to(changed(data, value))
    assert words == "" or len(words.splitlines()) == 1


def changed(data: st.DataObject, value: Any) -> Any:
    """A good plan with one thing in it replaced by `value`."""
    content: Any = copy.deepcopy(
        document(TAKEOFF, survey_item(), waypoint(8, 70, 50), RETURN, geoFence=FENCE)
    )
    here = content
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(here[key], dict | list) and here[key] and data.draw(st.booleans()):
            here = here[key]
            continue
        here[key] = value
        return content


def answer_to(content: Any) -> str:
    """What a person hears of a file; nothing when it may be flown."""
    try:
        check_plan(read(content), AIRSPACE, SITE.frame)
    except ContractError as error:
        return str(error) or "\n"
    return ""


@pytest.mark.parametrize("autopilot", ["px4", "ardupilot"])
def test_a_task_is_written_as_a_plan_that_is_checked_clear(tmp_path: Path, autopilot: str) -> None:
    file, site = tmp_path / "a.plan", ["--site", str(SITE_FILE)]
    corners = [f"{a},{b}" for a, b in (place(50, 45), place(100, 45), place(100, 80))]
    export = ["plan", "export", str(file), "survey", *corners, *site, "--height", "60"]
    export += ["--autopilot", autopilot]
    done = CliRunner().invoke(app, export)
    assert done.exit_code == 0, done.output
    assert "times the least" in done.output
    plan = read_plan(file)
    assert plan.document["mission"]["firmwareType"] == {"px4": 12, "ardupilot": 3}[autopilot]
    assert plan.mission[0].command == 22
    assert plan.rally
    done = CliRunner().invoke(app, ["plan", "check", str(file), *site])
    assert (done.exit_code, "every leg is clear" in done.output) == (0, True)
    again = CliRunner().invoke(app, export)
    assert again.exit_code == 1
    assert "is there already" in again.output
    assert isinstance(plan.home, Home)
    nowhere = [*export[:2], str(tmp_path / "not" / "there.plan"), *export[3:]]
    done = CliRunner().invoke(app, nowhere)
    assert done.exit_code == 1
    assert "No such file or directory" in done.output


@pytest.mark.parametrize(("ceiling_m", "closed"), [(300, True), (40, False)])
def test_a_written_fence_is_that_of_our_own_flights(
    tmp_path: Path, ceiling_m: int, closed: bool
) -> None:
    """An area that a flight may pass over is not closed in a fence that knows no heights."""
    document = json.loads(SITE_FILE.read_text(encoding="utf-8"))
    helipad = next(
        f for f in document["features"] if f["properties"].get("name") == "Clinic helipad"
    )
    helipad["properties"]["ceiling_m"] = ceiling_m
    site, file = tmp_path / "own.site.geojson", tmp_path / "a.plan"
    site.write_text(json.dumps(document), encoding="utf-8")
    latitude, longitude = place(72, 64)
    orbit = ["orbit", f"{latitude},{longitude}", "--site", str(site)]
    done = CliRunner().invoke(app, ["plan", "export", str(file), *orbit])
    assert done.exit_code == 0, done.output
    assert (5002 in {item.command for item in read_plan(file).fence}) is closed
