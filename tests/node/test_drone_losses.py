"""Wind, an old battery, and a process that is gone: failures that want a vehicle of their own."""

from __future__ import annotations

import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.drone_bench import PROFILES, SPEEDUP, Client, autopilot, end, free_udp_port, start_node
from tests.failure_rig import Rig, rig_of
from tests.second_station import RETURN, SecondStation

pytestmark = pytest.mark.timeout(120)
makes = pytest.mark.parametrize("make", PROFILES)


@makes
def test_wind_beyond_the_limit_brings_it_home(make: str, tmp_path: Path) -> None:
    wind = tmp_path / "wind.yaml"
    wind.write_text(yaml.safe_dump({"simulated_autopilot": {"wind": {"north_mps": 9.0}}}))
    blows = ("--unit-config", str(wind))
    if make == "ardupilot":
        blows = ("--param", "SIM_WIND_SPD=9", "--param", "SIM_WIND_DIR=180")
    unit = {"drone": {"max_wind_mps": 7.0}}
    with rig_of(tmp_path, make, *blows, unit=unit) as rig:
        rig.fails(rig.fly("windy"), "wind of 9 m/s", "at most 7 m/s is safe")
        assert rig.off_home_m() < 3.0


@makes
def test_a_battery_that_empties_faster_than_planned_brings_it_down_on_a_pad(
    make: str, tmp_path: Path
) -> None:
    """The pack has a tenth of what the node takes it for: only the measured use can tell."""
    pack = tmp_path / "pack.yaml"
    pack.write_text(yaml.safe_dump({"drone_body": {"battery_wh": 9.0}}))
    with rig_of(tmp_path, make, "--unit-config", str(pack)) as rig:
        reason = rig.fails(rig.fly("empty"), "the battery has", "by the use measured")
        had = float(reason.split("the battery has ")[1].split("%")[0])
        assert had > 35.0  # the model alone would have waited until 27 %
        assert rig.off_home_m() < 2.0


@makes
def test_killed_and_not_begun_again_it_comes_home_by_the_autopilots_failsafe(
    make: str, tmp_path: Path
) -> None:
    """No client, no node: the operator's browser, the centre and this process are all gone."""
    port, others = free_udp_port(), free_udp_port()
    second = ("--mavlink", f"udpout:127.0.0.1:{others}")
    unit = tmp_path / "given.yaml"
    waits = {"link_loss_after_s": 2.5 * SPEEDUP}
    unit.write_text(yaml.safe_dump({"drone": {"failsafes": waits}}))

    def start() -> Any:
        return start_node(port, tmp_path / "state", tmp_path / "node.log", str(unit))

    with (
        closing(SecondStation(others, make)) as other,
        autopilot(port, tmp_path / "autopilot.log", *second, profile=make),
    ):
        node, client = start(), Client()
        try:
            Rig(client, other, make, tmp_path / "node.log").fly("left-alone")
        finally:
            client.close()
            end(node, signal.SIGKILL)
        other.until(lambda: other.mode == RETURN[make], 15, "the failsafe's return")
        assert any("GCS" in t or "ground control" in t for t in other.texts), other.texts
        other.until(lambda: not other.is_armed, 40, "the landing")
