"""What the screens show: site, vehicles, findings and links, on a desk and on a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from comms.centre.screens.words import has_word, word
from comms.contracts.finding import FindingPhase
from comms.contracts.place import GeoPoint
from comms.contracts.task import Vehicle
from tests.browser.desk import Desk, button, drawn
from tests.browser.stand_in_unit import StandInUnit, until

Place = Callable[[float, float], GeoPoint]
#: every mode that robot.behaviour.reporter and drone.reporter can say
MODES = """idle docked patrolling going returning paused stopped lost no_link holding in_air
on_ground taking_off flying orbiting watching landing"""


def test_the_site_both_vehicles_and_their_routes_are_on_the_map(
    page: Page, unit: StandInUnit
) -> None:
    expect(page.locator(".site-map")).to_contain_text("Tower A")
    expect(page.locator(".leaflet-marker-icon.vehicle.robot")).to_be_visible()
    expect(page.locator(".leaflet-marker-icon.vehicle.drone")).to_be_visible()
    expect(page.locator("path.route.robot")).to_have_attribute("d", _line())
    expect(page.locator(".vehicle-line").first).to_contain_text("Robot · patrolling")
    expect(page.locator(".vehicle-line").first).to_contain_text("0.9 m/s")


def test_a_vehicle_that_moves_leaves_a_trail(page: Page, unit: StandInUnit, place: Place) -> None:
    trail = page.locator("path.trail.robot")
    for east in (42, 44, 46):
        unit.place(Vehicle.ROBOT, place(east, 10))
        page.wait_for_timeout(600)
    expect(trail).to_have_attribute("d", _line())


def test_a_robot_that_was_carried_far_begins_a_new_trail(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    for north in (-150, -148, -146, 10, 12):
        unit.place(Vehicle.ROBOT, place(40, north))
        page.wait_for_timeout(600)
    assert len(page.evaluate(_TRAIL)) == 2
    page.reload()  # the page's server remembers the trail
    drawn(page)
    page.wait_for_function(f"() => ({_TRAIL})().length === 2")


def test_a_place_that_the_robot_is_not_sure_of_leaves_no_trail(
    staff: Desk, unit: StandInUnit, place: Place
) -> None:
    page = staff.open()
    page.wait_for_timeout(1000)
    before = page.locator("path.trail.robot").get_attribute("d")
    unit.place(Vehicle.ROBOT, place(-150, -150), localized=False)
    expect(page.locator(".vehicle-line").first).to_contain_text("does not know where it is")
    page.wait_for_timeout(600)
    assert page.locator("path.trail.robot").get_attribute("d") == before
    unit.place(Vehicle.ROBOT, place(40, 10), localized=True)


def test_a_vehicle_that_says_nothing_while_its_unit_speaks_does_not_look_live(
    page: Page, unit: StandInUnit
) -> None:
    line = page.locator(".vehicle-line").first
    expect(line).to_contain_text("0.9 m/s")
    unit.silent.add(Vehicle.ROBOT)
    expect(line).to_contain_text(re.compile(r"last word \d+ s ago"))
    expect(line).not_to_contain_text("m/s")
    expect(page.locator(".unit .age")).to_have_text("last word 0 s ago")
    unit.silent.clear()
    expect(line).to_contain_text("0.9 m/s")


def test_a_finding_is_on_map_and_list_within_a_second_lives_and_ends(
    page: Page, unit: StandInUnit, place: Place, picture: bytes
) -> None:
    dots = page.locator("path.finding-dot.live")
    before = dots.count()
    sent = time.monotonic()
    unit.find("one", place(50, 12), snapshot_jpeg=picture)
    expect(dots).to_have_count(before + 1)
    line = page.locator(".finding").first
    expect(line).to_contain_text("Person")
    took_s = time.monotonic() - sent
    print(f"a finding is on the screen after {took_s:.2f} s")
    assert took_s < 1.0
    expect(line.locator("img")).to_have_js_property("naturalWidth", 320)
    unit.find("one", place(51, 12), confidence=0.93)
    expect(line).to_contain_text("confidence 93 %")
    assert page.locator(".finding", has_text="93 %").count() == 1, "it is doubled"
    unit.find("one", place(51, 12), phase=FindingPhase.ENDED)
    expect(line).to_contain_text("Person (over)")
    expect(dots).to_have_count(before)


def test_a_click_shows_the_picture_large(
    page: Page, unit: StandInUnit, place: Place, picture: bytes
) -> None:
    unit.find(
        "two", place(55, 12), kind="vehicle", reason="a car in the way", snapshot_jpeg=picture
    )
    page.locator(".finding", has_text="Vehicle").first.click()
    large = page.locator(".finding-large")
    expect(large.locator("img")).to_have_js_property("naturalWidth", 320)
    until(lambda: (large.locator("img").bounding_box() or {"width": 0})["width"] > 500)
    expect(large).to_contain_text("a car in the way")
    button(large, "Back").click()
    expect(large).to_be_hidden()


def test_a_link_that_drops_is_said_and_old_places_are_marked(page: Page, unit: StandInUnit) -> None:
    unit.cut_link()
    expect(page.locator(".unit .age")).to_contain_text("not connected")
    expect(page.locator(".leaflet-marker-icon.vehicle.robot")).to_have_class(_has("old"))
    expect(page.locator(".vehicle-name", has_text="Robot")).to_contain_text("old")
    unit.restore_link()
    expect(page.locator(".unit .age")).to_contain_text("last word")
    expect(page.locator(".leaflet-marker-icon.vehicle.robot")).not_to_have_class(_has("old"))


def test_the_page_speaks_chinese_to_who_asks_for_it_and_changes_at_a_choice(
    staff: Desk, unit: StandInUnit
) -> None:
    page = staff.open(language="zh-CN")
    expect(page.locator(".vehicle-line").first).to_contain_text("机器人 · 巡逻中")
    expect(page.locator(".site-map")).to_contain_text("甲座")
    expect(button(page, "全部停止")).to_be_visible()
    page.get_by_text("中文").click()
    page.get_by_role("option", name="English").click()
    expect(page.locator(".vehicle-line").first).to_contain_text("Robot · patrolling")


def test_every_mode_of_a_vehicle_has_words_in_both_languages() -> None:
    for mode in MODES.split():
        assert has_word(f"mode_{mode}"), mode
        assert not word(f"mode_{mode}", "zh-CN").isascii(), mode


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (1440, 900)])
def test_stop_is_in_sight_at_every_size_and_nothing_covers_it(
    staff: Desk, unit: StandInUnit, width: int, height: int
) -> None:
    page = staff.open(width=width, height=height)
    stop = button(page, "STOP ALL")
    box = stop.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height / 2
    assert box["height"] >= 40, "too small for a thumb"
    stop.click(trial=True)  # fails if something lies over it
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"


def test_texts_can_be_read(page: Page, unit: StandInUnit) -> None:
    """WCAG AA: a contrast of 4.5 or more, in what matters."""
    for selector in (
        ".vehicle-line",
        ".unit .age",
        ".panel-title",
        "button.stop",
        ".composer button",
    ):
        ratio = page.locator(selector).first.evaluate(_CONTRAST)
        assert ratio >= 4.5, f"{selector}: contrast {ratio:.1f}"


def _line() -> re.Pattern[str]:
    """A path that goes somewhere."""
    return re.compile(r"L-?\d")


def _has(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{name}\b")


_TRAIL = """() => {
  const id = Number(document.querySelector(".site-map").id.slice(1));
  return getElement(id).trails["unit-1/robot"]?.getLatLngs() ?? [];
}"""
_CONTRAST = """(element) => {
  const parse = (c) => (c.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  let behind = element, colour = [255, 255, 255];
  for (; behind; behind = behind.parentElement) {
    const c = parse(getComputedStyle(behind).backgroundColor);
    if (c.length < 4 || c[3] > 0.9) { colour = c; break; }
  }
  const a = light(parse(getComputedStyle(element).color)), b = light(colour);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""
