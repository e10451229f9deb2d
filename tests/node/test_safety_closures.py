"""The collision monitor, as shipped, where an area closes in front of the robot and opens again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from comms.contracts.in_force import Period
from tests.navigation_course import small_site, write_site
from tests.safety_stand_in import Monitor, StandIn


def test_an_area_is_kept_out_of_in_its_hours_only(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    closes, opens = now + timedelta(seconds=8), now + timedelta(seconds=16)
    site = small_site()
    works = site.keep_outs[0].model_copy(
        update={"applies": (Period(startDateTime=closes, endDateTime=opens),)}
    )
    site = site.model_copy(update={"keep_outs": (works,)})
    file = write_site(site, tmp_path / "a.site.geojson")
    monitor, robot = Monitor(tmp_path, f"site_file:={file}"), StandIn()
    try:
        monitor.start()
        robot.behave()
        robot.pose = (46.6, 8.0, 0.0)  # its front 10 cm before the works at x = 47
        robot.wait_until_driving(6.0)
        assert datetime.now(UTC) < closes
        robot.wait_until_stopped("keep-out", 12.0)
        assert abs(datetime.now(UTC) - closes) <= timedelta(seconds=2.5)
        robot.wait_until_driving(12.0)
        assert datetime.now(UTC) >= opens
    finally:
        robot.close()
        assert monitor.stop() == 0
