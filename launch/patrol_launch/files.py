"""A user's own files are read once before anything starts: a mistake is one sentence, not thirteen
processes that end and are restarted.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from comms.contracts.beat_reader import read_beats
from comms.contracts.errors import ContractError
from comms.contracts.site_reader import read_site
from patrol_launch.unit_file import read_sections

_SAMPLE_BEATS = Path(__file__).resolve().parents[1] / "beats"


def check_files(values: Mapping[str, str]) -> None:
    """Check what the launch arguments `site_file`, `beats_dir` and `unit_config` name, where a
    launch file has them. Raises ContractError with the file, the place and what is wrong.
    """
    if values.get("unit_config"):
        read_sections(values["unit_config"])
    if not values.get("site_file"):
        return
    site = read_site(values["site_file"])
    if not values.get("beats_dir"):
        return
    try:
        read_beats(values["beats_dir"], site)
    except ContractError as error:
        if Path(values["beats_dir"]).resolve() != _SAMPLE_BEATS:
            raise
        raise ContractError(
            f"{error}; name the folder of your own site's beats: beats_dir:=FOLDER "
            "(an empty one will do)"
        ) from None
