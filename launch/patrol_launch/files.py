"""A user's own files are read once before anything starts: a mistake is one sentence, not thirteen
processes that end and are restarted.
"""

from __future__ import annotations

from collections.abc import Mapping

from comms.contracts.beat_reader import read_beats
from comms.contracts.config import read_unit_file
from comms.contracts.site_reader import read_site


def check_files(values: Mapping[str, str]) -> None:
    """Check what the launch arguments `site_file`, `beats_dir` and `unit_config` name, where a
    launch file has them. Raises ContractError with the file, the place and what is wrong.
    """
    if values.get("unit_config"):
        read_unit_file(values["unit_config"])
    if not values.get("site_file"):
        return
    site = read_site(values["site_file"])
    if values.get("beats_dir"):
        read_beats(values["beats_dir"], site)
