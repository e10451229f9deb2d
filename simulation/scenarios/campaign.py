"""`make campaign`: many seeded beats in Gazebo while processes die, links are cut and people step
out; the report has a table of all runs and a picture of each.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from comms.contracts.beat_reader import read_beats
from comms.contracts.site_reader import read_site
from comms.logs import configure_logging
from simulation.scenarios.campaign_report import write_report
from simulation.scenarios.campaign_run import CampaignRun, RunResult
from simulation.scenarios.whole_unit import LAUNCH


def main() -> int:
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how many (default 5)")
    parser.add_argument("--first-seed", type=int, default=1, help="seeds count up from here")
    parser.add_argument("--beat", default="plaza")
    parser.add_argument("--limit-s", type=float, default=420.0, help="s for one beat, at the most")
    parser.add_argument("--domain", type=int, default=43, help="ROS_DOMAIN_ID of the runs")
    parser.add_argument("--out", type=Path, default=None, help="folder of the report")
    options = parser.parse_args()
    configure_logging("campaign")
    folder = options.out or Path("campaign") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True, exist_ok=True)
    site = read_site(LAUNCH.parent / "sites" / "ningbo_east.site.geojson")
    beat = read_beats(LAUNCH.parent / "beats", site)[options.beat]
    results: list[RunResult] = []
    begun = time.monotonic()
    for number in range(options.runs):
        seed = options.first_seed + number

        def say(line: str, seed: int = seed) -> None:
            passed = time.monotonic() - begun
            print(f"{passed:7.1f} s  seed {seed}: {line}", file=sys.stderr, flush=True)

        say(f"run {number + 1} of {options.runs}")
        run = CampaignRun(
            *(seed, options.beat, len(beat.checkpoints), options.limit_s),
            *(folder / f"seed_{seed}", say),
        )
        try:
            run.run(options.domain)
        except TimeoutError as error:  # it did not start: a result, too
            run.result.reason = str(error)
        results.append(run.result)
        print(run.result.as_json(), flush=True)
        page = write_report(folder, site, beat, results)  # each run is safe on disk
    print(f"report: {page}")
    return 0 if all(result.is_good for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
