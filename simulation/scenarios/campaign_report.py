"""The report of a campaign: a page with the figures of all runs and a picture of each track."""

from __future__ import annotations

import html
import statistics
from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.patches import Polygon

from comms.contracts.beat import Beat
from comms.contracts.site import Site
from simulation.scenarios.campaign_run import RunResult

_COLUMNS = (
    "seed", "task", "checkpoints_visited", "checkpoints_total", "collisions", "nearest_person_m",
    "pose_rmse_m", "pose_worst_m", "heading_rmse_deg", "pose_inside_3_sigma",
    "robot_path_m", "findings_detected", "findings_lost", "findings_doubled", "restarts",
    "real_time_factor", "wall_s",
)  # fmt: skip
_STYLE = (
    "body{font:15px sans-serif;max-width:1100px;margin:2em auto}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:3px 8px;text-align:right}"
    ".bad{background:#fdd}img{width:48%;margin:4px}"
)


def write_report(folder: Path, site: Site, beat: Beat, results: Sequence[RunResult]) -> Path:
    """`folder`/report.html with its pictures; returns its path."""
    good = sum(result.is_good for result in results)
    parts = [
        f"<h1>{good} of {len(results)} runs without fault</h1>",
        f"<p>Beat {html.escape(beat.name)} on {html.escape(site.name)}. Nearest person: middle of "
        "the robot to middle of the person, m. Everything is measured in the world and in the "
        "centre's store.</p>",
        _table(results),
        _summary(results),
    ]
    for result in results:
        picture = folder / f"seed_{result.seed}.png"
        _draw(picture, site, beat, result)
        course = folder / f"seed_{result.seed}_pose.png"
        _draw_course(course, result)
        faults = "; ".join(html.escape(words) for words in result.faults) or "no faults"
        parts.append(
            f"<h2>Seed {result.seed}: {html.escape(result.task)}</h2>"
            f"<p>{html.escape(result.reason)}<br>{faults}</p>"
            f"<img src='{picture.name}'><img src='{course.name}'>"
        )
    page = folder / "report.html"
    page.write_text(
        f"<!doctype html><meta charset='utf-8'><title>Campaign</title><style>{_STYLE}</style>"
        + "\n".join(parts),
        encoding="utf-8",
    )
    return page


def _table(results: Sequence[RunResult]) -> str:
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in _COLUMNS)
    rows = []
    for result in results:
        cells = "".join(f"<td>{html.escape(str(getattr(result, name)))}</td>" for name in _COLUMNS)
        rows.append(f"<tr class='{'good' if result.is_good else 'bad'}'>{cells}</tr>")
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _summary(results: Sequence[RunResult]) -> str:
    if not results:
        return ""
    lines = []
    for name in (
        "pose_rmse_m",
        "heading_rmse_deg",
        "robot_path_m",
        "nearest_person_m",
        "restarts",
        "real_time_factor",
        "wall_s",
    ):
        values = [float(getattr(result, name)) for result in results]
        spread = statistics.stdev(values) if len(values) > 1 else 0.0
        lines.append(
            f"<tr><td>{name.replace('_', ' ')}</td><td>{statistics.mean(values):.2f}</td>"
            f"<td>{spread:.2f}</td><td>{min(values):.2f}</td><td>{max(values):.2f}</td></tr>"
        )
    head = "<tr><th></th><th>mean</th><th>deviation</th><th>least</th><th>most</th></tr>"
    return f"<h2>Over all runs</h2><table>{head}{''.join(lines)}</table>"


def _draw(path: Path, site: Site, beat: Beat, result: RunResult) -> None:
    figure, axes = pyplot.subplots(figsize=(7, 7), dpi=90)
    for building in site.buildings:
        axes.add_patch(Polygon(building.ring, facecolor="#c8ccd8", edgecolor="#8a93a8"))
    for area in site.keep_outs:
        axes.add_patch(Polygon(area.ring, facecolor="#f3d9c8", edgecolor="#c03000"))
    for way in site.walkways:
        axes.plot(*zip(*way.line, strict=True), color="#e2d9cc", linewidth=4, zorder=0)
    places = [site.frame.to_enu(c.position)[:2] for c in beat.checkpoints]
    axes.plot(*zip(*places, strict=True), "o", color="#0d7a6f", label="checkpoints")
    if result.track:
        axes.plot(*zip(*result.track, strict=True), color="#1d4ed8", linewidth=1.2, label="track")
    if result.fault_places:
        axes.plot(*zip(*result.fault_places, strict=True), "x", color="#b91c1c", label="faults")
        around = [*result.track, *places]
        axes.set_xlim(min(x for x, _ in around) - 20, max(x for x, _ in around) + 20)
        axes.set_ylim(min(y for _, y in around) - 20, max(y for _, y in around) + 20)
    axes.set_aspect("equal")
    axes.set_xlabel("east, m")
    axes.set_ylabel("north, m")
    axes.legend(loc="upper left")
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def _draw_course(path: Path, result: RunResult) -> None:
    """How far off localisation was over time, and how far it said that it may be."""
    figure, axes = pyplot.subplots(figsize=(7, 4), dpi=90)
    if result.pose_course:
        times, off, sigma = zip(*result.pose_course, strict=True)
        axes.fill_between(times, [3.0 * s for s in sigma], color="#dbeafe", label="3 sigma")
        axes.plot(times, off, color="#1d4ed8", linewidth=0.8, label="error")
        axes.legend(loc="upper left")
    axes.set_xlabel("s")
    axes.set_ylabel("error of the position, m")
    axes.set_ylim(bottom=0.0)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
