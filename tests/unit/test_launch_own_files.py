"""A user's own site, beats and configuration at the start: a mistake is one sentence, at once."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest

from patrol_launch.__main__ import main

LAUNCH = Path(__file__).parents[2] / "launch"


def start(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """What `python -m patrol_launch launch/all.launch.yaml` says when it does not start."""
    assert main([str(LAUNCH / "all.launch.yaml"), *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "", "something was started"
    return said.err.strip().splitlines()


def test_a_checkpoint_outside_the_site_is_named_with_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    beats = tmp_path / "beats"
    shutil.copytree(LAUNCH / "beats", beats)
    beat = json.loads((beats / "plaza.beat.geojson").read_text())
    beat["features"][0]["geometry"]["coordinates"] = [121.6, 29.9]
    (beats / "plaza.beat.geojson").write_text(json.dumps(beat))
    (said,) = start(capsys, f"beats_dir:={beats}")
    assert "plaza.beat.geojson" in said
    assert '(checkpoint "Bus stop")' in said
    assert "outside the site" in said


def test_an_unclosed_ring_is_named_with_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    site = json.loads((LAUNCH / "sites" / "ningbo_east.site.geojson").read_text())
    tower = next(f for f in site["features"] if f["properties"]["kind"] == "building")
    tower["geometry"]["coordinates"][0].pop()
    file = tmp_path / "mine.site.geojson"
    file.write_text(json.dumps(site))
    (said,) = start(capsys, f"site_file:={file}")
    assert "mine.site.geojson" in said
    assert "ring is not closed" in said


def test_a_site_without_beats_of_its_own_is_told_how_to_name_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    site = Path(__file__).parents[1] / "data" / "sites" / "osm_export.site.geojson"
    (said,) = start(capsys, f"site_file:={site}")
    assert "it belongs to the site 'ningbo_east', not to 'osm_export'" in said
    assert "beats_dir:=FOLDER" in said


def test_a_configuration_that_is_no_yaml_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "unit.yaml"
    file.write_text("unit: [")
    (said,) = start(capsys, f"unit_config:={file}")
    assert "unit.yaml" in said
    assert "not YAML" in said


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    (said,) = start(capsys, "site_file:=/nowhere/site.geojson")
    assert "/nowhere/site.geojson" in said


def test_a_port_that_another_program_holds_is_named_with_the_way_to_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (said,) = start(capsys, f"screens_port:={port}")
    assert f"the screens cannot have port {port} on 127.0.0.1" in said
    assert f"choose another: screens_port:={port + 1}" in said


@pytest.mark.parametrize("port", ["http", "99999", "-1"])
def test_what_is_no_port_is_said(capsys: pytest.CaptureFixture[str], port: str) -> None:
    (said,) = start(capsys, f"grpc_port:={port}")
    assert f"grpc_port:={port} is not a port" in said
