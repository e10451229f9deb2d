"""Small pictures of a flight as inline SVG: a map and lines over time. Nothing is loaded from
elsewhere."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

Line = Sequence[tuple[float, float]]
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 900.0, 180.0, 46.0, 22.0
_MOST_POINTS = 2000


def site_map(site: dict[str, Any], planned: Sequence[Line], flown: Line) -> str:
    """The site from above (map m, north up) with the planned and the flown track. `site`: rings as
    `boundary`, and as `buildings` and `no_fly` with their names."""
    boundary = site.get("boundary") or [p for line in (*planned, flown) for p in line] or [(0, 0)]
    xs, ys = [p[0] for p in boundary], [p[1] for p in boundary]
    low, high, left, right = min(ys), max(ys), min(xs), max(xs)
    box = f"{left - 5:.1f} {-high - 5:.1f} {right - left + 10:.1f} {high - low + 10:.1f}"
    parts = [_area(site.get("boundary", ()), "site")]
    parts += [_area(ring, "building", name) for name, ring in site.get("buildings", ())]
    parts += [_area(ring, "closed", name) for name, ring in site.get("no_fly", ())]
    parts += [_line(_flipped(line), "planned") for line in planned]
    parts.append(_line(_flipped(_thinned(flown)), "flown"))
    if flown:
        x, y = flown[0]
        parts.append(f'<circle class="start" cx="{x:.1f}" cy="{-y:.1f}" r="2.5"/>')
    return f'<svg class="map" viewBox="{box}">{"".join(parts)}</svg>'


def over_time(
    title: str, unit: str, lines: Sequence[tuple[str, Line]], end_s: float, top: float
) -> str:
    """Lines (class, points of seconds and values from 0 to `top`) over `end_s` seconds."""
    wide, tall = _WIDTH - _LEFT - 10, _HEIGHT - _BOTTOM - 24
    span, top = max(end_s, 1.0), max(top, 1e-6)

    def at(point: tuple[float, float]) -> tuple[float, float]:
        share = min(1.0, max(0.0, point[1] / top))
        return _LEFT + wide * point[0] / span, 24 + tall * (1 - share)

    parts = [f'<text x="{_LEFT}" y="14">{html.escape(title)}, {html.escape(unit)}</text>']
    for share in (0.0, 0.5, 1.0):
        y = 24 + tall * (1 - share)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + wide}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 4}" y="{y + 4}">{top * share:.3g}</text>')
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, words = _LEFT + wide * share, f"{span * share:.0f} s"
        parts.append(f'<text class="time" x="{x}" y="{_HEIGHT - 4}">{words}</text>')
    parts += [_line([at(p) for p in _thinned(line)], name) for name, line in lines]
    return f'<svg class="chart" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}">{"".join(parts)}</svg>'


def _thinned(line: Line) -> Line:
    step = max(1, -(-len(line) // _MOST_POINTS))
    return [*line[::step], *line[-1:]]


def _flipped(line: Line) -> Line:
    return [(x, -y) for x, y in line]


def _line(line: Line, name: str) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
    return f'<polyline class="{name}" points="{points}"/>'


def _area(ring: Iterable[tuple[float, float]], name: str, title: str = "") -> str:
    points = " ".join(f"{x:.1f},{-y:.1f}" for x, y in ring)
    return (
        f'<polygon class="{name}" points="{points}"><title>{html.escape(title)}</title></polygon>'
    )
