"""A command centre with a stand-in unit per file of tests, and the distribution's Chromium.

`staff` opens pages as command staff do. Whatever a test is about, a page that asks another host for
anything, or that has an error in its console, fails it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from comms.contracts.place import GeoPoint
from comms.contracts.site import Site
from comms.contracts.site_reader import read_site
from comms.contracts.task import Vehicle
from tests.browser.centre_process import CentreProcess
from tests.browser.desk import Desk, button
from tests.browser.stand_in_unit import GREEN, StandInUnit

UNIT = "unit-1"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def site(repository: Path) -> Site:
    return read_site(repository / "launch/sites/ningbo_east.site.geojson")


@pytest.fixture(scope="session")
def place(site: Site) -> Callable[[float, float], GeoPoint]:
    """The place of a point in the site's metres, east and north of its origin."""
    return lambda east_m, north_m: site.frame.to_geo(east_m, north_m)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser that set-up installed; quiet, so that only our page asks for anything."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    assert path, "there is no Chromium on this machine: run `make setup`"
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", *quiet]
        )
        yield running
        running.close()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[CentreProcess]:
    folder = tmp_path_factory.mktemp("centre")
    running = CentreProcess(folder, repository, (UNIT, "unit-2"))
    running.start()
    yield running
    assert running.stop() == 0, running.log()


@pytest.fixture(scope="module")
def connected_unit(
    centre: CentreProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StandInUnit]:
    folder = tmp_path_factory.mktemp("unit")
    unit = StandInUnit(UNIT, centre.address, centre.authority.folder, folder)
    yield unit
    unit.close()


@pytest.fixture
def unit(connected_unit: StandInUnit, place: Callable[[float, float], GeoPoint]) -> StandInUnit:
    """The stand-in as it is when a test begins: both vehicles there, and willing to stop."""
    unit = connected_unit
    unit.confirms = dict.fromkeys(Vehicle, True)
    unit.silent.clear()
    unit.place(
        Vehicle.ROBOT, place(40, 10), battery_fraction=0.83, mode="patrolling", speed_mps=0.9,
        safety="go", estop=False, route=(place(40, 10), place(60, 10), place(60, 30)),
    )  # fmt: skip
    unit.place(
        Vehicle.DRONE, place(28, 16), battery_fraction=0.92, mode="ready", estop=False,
        heading_rad=1.5, preflight=GREEN,
    )  # fmt: skip
    return unit


@pytest.fixture
def staff(browser: Browser, centre: CentreProcess) -> Iterator[Desk]:
    desk = Desk(browser, centre.url)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def _shared_page(browser: Browser, centre: CentreProcess) -> Iterator[Page]:
    desk = Desk(browser, centre.url)
    yield desk.open()
    desk.close()


@pytest.fixture
def page(_shared_page: Page, unit: StandInUnit) -> Page:
    """The English page that the tests of one file share: opened once, tidied before each."""
    page = _shared_page
    expect(page.locator(".vehicle-line")).to_have_count(2)
    while page.locator(".q-dialog").count():
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
    back = button(page.locator(".form"), "Back")
    if back.is_visible():
        back.click()
    expect(page.locator(".composer .bar")).to_be_visible()
    button(page, "Show the whole site").click()
    return page


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A JPEG of 320 x 240, as small as a snapshot may be."""
    shades = np.tile(np.linspace(40, 220, 320, dtype=np.uint8), (240, 1))
    _, data = cv2.imencode(".jpg", cv2.applyColorMap(shades, cv2.COLORMAP_OCEAN))
    return bytes(data)
