"""The navigator's node where an area closes and opens while it drives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from comms.contracts.in_force import Period
from comms.contracts.site import Site
from tests.navigation_bench import START_S, NavigationBench, a_pose, settings
from tests.navigation_course import small_site

START = datetime.fromtimestamp(START_S, UTC)


def closed_between(begin_s: float, end_s: float) -> Site:
    """The works on the north pavement (x 47 to 52) are closed then."""
    period = Period(
        startDateTime=START + timedelta(seconds=begin_s),
        endDateTime=START + timedelta(seconds=end_s),
    )
    site = small_site()
    works = site.keep_outs[0].model_copy(update={"applies": (period,)})
    return site.model_copy(update={"keep_outs": (works,)})


def straight(bench: NavigationBench) -> bool:
    return max(y for _, y in bench.plan) < 12.0


def test_what_closes_on_the_way_is_gone_round_and_what_opens_is_used(tmp_path: Path) -> None:
    bench = NavigationBench(tmp_path, settings(closing_ahead_s=60), closed_between(75.0, 130.0))
    try:
        bench.start()
        bench.course.y_m = 8.0
        drive = bench.go(a_pose(58.0, 8.0))
        bench.run_until(lambda: bench.plan, 5.0, "a plan")
        assert straight(bench)
        bench.run_until(lambda: not straight(bench), 25.0, "a way round the area that will close")
        assert bench.course.now_s - START_S < 25.0
        assert bench.finish(drive, 120.0).error_code == 0
        assert max(y for _, _, y, _ in bench.course.track) > 18.0
        bench.run_until(lambda: bench.course.now_s - START_S > 133.0, 140.0, "its opening")
        back = bench.go(a_pose(40.0, 8.0))
        assert bench.finish(back, 60.0).error_code == 0
        assert "areas opened or closed" in bench.log()
        assert max(y for _, _, y, _ in bench.course.track[-200:]) < 12.0
    finally:
        bench.close()
