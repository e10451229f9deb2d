"""A no-fly area that closes during a flight: the drone leaves it in time, and then takes no task
into it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from patrol_interfaces.msg import Task

from comms.contracts.place import Enu
from tests.drone_bench import SITE, SITE_FILE, bench_of, orbit_task

PLAZA = Enu(72.0, 64.0)
_CLOSES_AFTER_S = 40.0


def _site_closing_at(moment: datetime, folder: Path) -> Path:
    """The sample site with the plaza closed from `moment` on, to all flights."""
    document = json.loads(SITE_FILE.read_text(encoding="utf-8"))
    corners = [(-30, -30), (30, -30), (30, 30), (-30, 30), (-30, -30)]
    points = [SITE.frame.to_geo(PLAZA.east_m + x, PLAZA.north_m + y) for x, y in corners]
    lonlat = [[p.longitude_deg, p.latitude_deg] for p in points]
    when = [{"startDateTime": moment.isoformat()}]
    document["features"].append(
        {
            "type": "Feature",
            "properties": {"kind": "no_fly", "name": "Gathering", "applicability": when},
            "geometry": {"type": "Polygon", "coordinates": [lonlat]},
        }
    )
    document["patrol"]["datum"] = "WGS84"
    file = folder / "closing.site.geojson"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


@pytest.mark.timeout(120)
def test_the_drone_leaves_an_area_before_it_closes(tmp_path: Path) -> None:
    closes = datetime.now(UTC) + timedelta(seconds=_CLOSES_AFTER_S)
    unit = tmp_path / "unit.yaml"
    unit.write_text(yaml.safe_dump({"drone": {"airspace_ahead_s": 5.0}}))
    site = _site_closing_at(closes, tmp_path)
    with bench_of(tmp_path, unit_config=str(unit), site_file=site) as bench:
        client = bench.client
        client.wait_for_green()
        watch = orbit_task("watch", PLAZA)
        watch.kind, watch.duration_s, watch.distance_m = Task.KIND_WATCH, 1000.0, 15.0
        result = client.send(watch)
        client.until(lambda: client.mode() == "orbiting" or client.height() > 20, 20, "the way")
        final = client.result(result, 60.0)
        assert final.state == "failed"
        assert datetime.now(UTC) < closes + timedelta(seconds=5.0)
        assert "the autopilot's own is taken" not in bench.log  # its way out was planned
        assert "the way on enters the no-fly area Gathering (closed from" in final.reason
        late = client.result(client.send(orbit_task("late", PLAZA)), 15.0)
        assert late.state == "rejected"
        assert "Gathering (closed now)" in late.reason
