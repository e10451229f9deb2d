"""`make smoke` as a user runs it: it ends by itself, and its last line says what happened."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

LIMIT_S = 300.0


@pytest.mark.timeout(LIMIT_S + 20)
def test_a_beat_and_a_flight_end_well_within_five_minutes(
    tmp_path: Path, repository: Path, ros_domain: int
) -> None:
    begun = time.monotonic()
    run = subprocess.run(
        [
            *(sys.executable, "-m", "simulation.scenarios.smoke"),
            *("--domain", str(ros_domain), "--folder", str(tmp_path / "smoke")),
        ],
        cwd=repository,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LIMIT_S,
    )
    took_s = time.monotonic() - begun
    last = run.stdout.strip().splitlines()[-1]
    print(last)
    happened = json.loads(last)
    assert happened["checkpoints_visited"] == happened["checkpoints_total"] == 3
    assert happened["collisions"] == 0
    assert happened["robot_path_m"] > 80.0
    assert 0.0 < happened["pose_rmse_m"] <= 0.25  # GNSS of 0.1 m, few walls in view
    assert happened["heading_rmse_deg"] <= 2.0
    assert happened["pose_inside_3_sigma"] >= 0.97
    assert happened["findings_detected"] > 0
    assert happened["findings_stored"] >= happened["findings_detected"]
    assert happened["findings_lost"] == 0
    assert happened["tasks_sent"] == happened["tasks_succeeded"] == 2
    assert happened["drone_flights"] == 1
    assert happened["drone_landed"] is True
    assert 0.5 < happened["real_time_factor"] <= 1.05
    assert happened["wall_s"] == pytest.approx(took_s, abs=10.0)
    assert run.returncode == 0
