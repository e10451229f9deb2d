"""The files that the benchmarks read: the project's own site and beats."""

from __future__ import annotations

from pathlib import Path

LAUNCH = Path(__file__).parents[2] / "launch"
SITE = LAUNCH / "sites" / "ningbo_east.site.geojson"
BEATS = LAUNCH / "beats"
LAUNCH_FILES = sorted(LAUNCH.glob("*.launch.yaml"))
