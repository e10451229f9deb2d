"""A user's own place: an OpenStreetMap export and a beat drawn on it become a world that is
patrolled.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from comms.contracts.site_reader import read_site
from simulation.scenarios.whole_unit import WholeUnit
from tests.whole_unit_shift import WHOLE_UNIT_S, Shift, show, wait_for

pytestmark = pytest.mark.timeout(WHOLE_UNIT_S)

SITE = Path(__file__).parents[1] / "data" / "sites" / "osm_export.site.geojson"
#: on the pavement north of the street (map m)
CHECKPOINTS = {"east": (14.0, 6.0), "west": (-6.0, 6.0)}


def draw_beat(folder: Path) -> None:
    """A beat as a user draws it: two points with names."""
    frame = read_site(SITE).frame
    features = []
    for name, place in CHECKPOINTS.items():
        point = frame.to_geo(*place)
        features.append(
            {
                "type": "Feature",
                "properties": {"kind": "checkpoint", "name": name, "actions": ["picture"]},
                "geometry": {
                    "type": "Point",
                    "coordinates": [point.longitude_deg, point.latitude_deg],
                },
            }
        )
    beat = {"type": "FeatureCollection", "features": features}
    (folder / "mine.beat.geojson").write_text(json.dumps(beat))


def test_the_robot_walks_a_beat_on_a_map_that_nobody_prepared(
    tmp_path: Path, ros_domain: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATROL_STATE_DIR", os.environ["PATROL_STATE_DIR"])  # put back afterwards
    beats = tmp_path / "beats"
    beats.mkdir()
    draw_beat(beats)
    world = WholeUnit(
        show=show,
        folder=tmp_path / "unit",
        domain=ros_domain,
        arguments={
            "site_file": str(SITE),
            "beats_dir": str(beats),
            "drone": "false",
            "walkers": "2",
        },
    )
    with world:
        shift = Shift(world, world.wait_ready(), read_site(SITE))
        task = shift.patrol("mine")
        wait_for(lambda: shift.is_over(task), 150.0, "the beat")
        assert shift.state(task) == "succeeded", shift.reason(task)
        assert len(world.staff.visits(task)) == len(CHECKPOINTS)
        assert all(list(v.actions_done) == ["picture"] for v in world.staff.visits(task))
        assert not world.witness.collisions
        assert world.witness.robot_path_m > 30.0
        assert all(process.restarts == 0 for process in world.launch.processes.values())
