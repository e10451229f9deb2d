"""A flight on one page: where, how high, how fast, on what battery, and what happened when.

One HTML file that needs nothing else, in English or Chinese.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from comms.contracts.preflight_lines import PREFLIGHT_LINES
from drone.record.charts import over_time, site_map
from drone.record.folders import FlightFolder
from drone.record.story import Story, story_of

LANGUAGES = ("en", "zh")
#: What is said in each language.
_WORDS = {
    "flight": ("Flight", "飞行记录"),
    "task": ("task", "任务"),
    "result": ("result", "结果"),
    "begun": ("begun", "开始"),
    "lasted": ("lasted", "时长"),
    "flown": ("flown", "航程"),
    "approved": ("approved by", "批准人"),
    "notes": ("notes", "说明"),
    "parts": ("parts of the log", "记录分段"),
    "map": ("Map: planned dashed, flown solid", "地图：虚线为计划，实线为实飞"),
    "height": ("Height above the take-off ground", "相对起飞点高度"),
    "speed": ("Speed over ground", "地速"),
    "battery": ("Battery", "电量"),
    "preflight": ("Pre-flight list", "起飞前检查"),
    "events": ("Events", "事件"),
    "local": ("local time", "本地时间"),
    "part": ("log", "记录"),
    "mode": ("mode", "模式"),
    "text": ("vehicle", "飞控"),
    "open": ("open: the log breaks off", "未结束：记录中断"),
}
_STYLE = """
body{font:15px/1.4 sans-serif;max-width:960px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:.5em 0}td,th{border:1px solid #ccc;padding:2px 8px}
th,td{text-align:left}
svg{width:100%;background:#fafafa;border:1px solid #ddd;margin:.3em 0}
svg text{font:12px sans-serif;fill:#444}.tick{text-anchor:end}.time{text-anchor:middle}
polyline{fill:none;stroke-width:1.5;vector-effect:non-scaling-stroke}
.planned{stroke:#888;stroke-dasharray:5 4}.flown{stroke:#0a58ca;stroke-width:2}
.battery{stroke:#2a7d2a}.grid{stroke:#ddd}
.site{fill:#fff;stroke:#bbb}.building{fill:#ccc;stroke:#999}.closed{fill:#d3302f33;stroke:#d3302f}
polygon{stroke-width:1;vector-effect:non-scaling-stroke}.start{fill:#0a58ca}.bad{background:#fdd}
.caution{background:#fe9}
"""


def write_page(
    flight: FlightFolder,
    file: Path,
    language: str = "en",
    local: tzinfo | None = None,
) -> None:
    """`local`: of the second clock in the table; None: this computer's. Raises OSError."""
    page = page_of(story_of(flight), flight, language, local)
    new = file.with_suffix(".new")
    new.write_text(page, encoding="utf-8")
    new.replace(file)


def page_of(story: Story, flight: FlightFolder, language: str, local: tzinfo | None) -> str:
    """The page as HTML."""
    column = LANGUAGES.index(language)
    words = {key: both[column] for key, both in _WORDS.items()}
    times = [p[0] for p in story.track] or [event.at_s for event in story.events] or [0.0]
    begin, end = min(times), max(times)
    flown = [(x, y) for _, x, y, _ in story.track]
    planned = [[(x, y) for x, y, _ in track] for _, track in story.plans]
    heights = [(t - begin, up) for t, _, _, up in story.track]
    speeds = [(t - begin, v) for t, v in story.speed]
    battery = [(t - begin, 100.0 * share) for t, share in story.battery]
    wished = _wished_heights(story, begin)
    title = f"{words['flight']} {flight.path.name}"
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        _head(story, words, begin, end, local),
        f"<h2>{words['map']}</h2>",
        site_map(story.site, planned, flown),
        over_time(
            words["height"], "m", [("planned", wished), ("flown", heights)], end - begin,
            max([up for _, up in (*heights, *wished)], default=1.0) * 1.05,
        ),
        over_time(
            words["speed"], "m/s", [("flown", speeds)], end - begin,
            max([v for _, v in speeds], default=1.0) * 1.05,
        ),
        over_time(words["battery"], "%", [("battery", battery)], end - begin, 100.0),
    ]  # fmt: skip
    if story.preflight:
        rows = (_preflight_row(item, column) for item in story.preflight)
        parts += [f"<h2>{words['preflight']}</h2>", _table(rows)]
    parts += [f"<h2>{words['events']}</h2>", _events(story, words, local)]
    lang = {"en": "en", "zh": "zh-CN"}[language]
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{html.escape(title)}'
        f"</title><style>{_STYLE}</style>{''.join(parts)}</html>\n"
    )


def _preflight_row(item: dict[str, Any], column: int) -> tuple[str, str, str]:
    """Name, sentence and mark of a line; a log of before there were cautions has none."""
    name = str(item["name"])
    shown = PREFLIGHT_LINES[name][column] if name in PREFLIGHT_LINES else name
    mark = "bad" if not item["ok"] else "caution" if item.get("caution") else ""
    return shown, str(item["detail"]), mark


def _wished_heights(story: Story, begin: float) -> list[tuple[float, float]]:
    """The plan's height where the vehicle was: that of the nearest place of the plan of then, from
    the place before on, so that a way that crosses itself is followed and not jumped along."""
    found: list[tuple[float, float]] = []
    for number, (since, track) in enumerate(story.plans):
        until = story.plans[number + 1][0] if number + 1 < len(story.plans) else math.inf
        leg = 0
        for at_s, *here in story.track:
            if not since <= at_s < until or len(track) < 2:
                continue
            nearest = [
                (*_along(track[n], track[n + 1], here), n)
                for n in range(leg, min(leg + 3, len(track) - 1))
            ]
            _, up, leg = min(nearest, key=lambda one: (one[0], one[2]))
            found.append((at_s - begin, up))
    return found


def _along(a: tuple[float, ...], b: tuple[float, ...], here: list[float]) -> tuple[float, float]:
    """Distance (m) from `here` to the leg, and the leg's height there."""
    leg = [q - p for p, q in zip(a, b, strict=True)]
    length = sum(v * v for v in leg)
    share = sum((h - p) * v for h, p, v in zip(here, a, leg, strict=True)) / length if length else 0
    share = max(0.0, min(1.0, share))
    at = [p + share * v for p, v in zip(a, leg, strict=True)]
    return math.dist(at, here), at[2]


def _head(
    story: Story, words: dict[str, str], begin: float, end: float, local: tzinfo | None
) -> str:
    order, result = story.order, story.result
    ended = result is not None and result.state in ("succeeded", "failed", "cancelled", "rejected")
    said = f"{result.state}: {result.words}" if result is not None and ended else words["open"]
    approval = order.get("approval") or {}
    rows = [
        (words["task"], f"{order.get('kind', '')} {order.get('task_id', '')}"),
        (words["result"], said),
        (words["begun"], f"{_utc(begin)} UTC, {_local(begin, local)}"),
        (words["lasted"], f"{end - begin:.0f} s"),
        (words["flown"], f"{story.flown_m:.0f} m"),
        (words["approved"], str(approval.get("by", ""))),
        (words["notes"], "; ".join(story.notes)),
        (words["parts"], str(story.parts)),
    ]
    return _table((name, value, "") for name, value in rows if value)


def _events(story: Story, words: dict[str, str], local: tzinfo | None) -> str:
    head = f"<tr><th>UTC</th><th>{words['local']}</th><th></th><th></th></tr>"
    rows = [
        f"<tr><td>{_utc(e.at_s)}</td><td>{_local(e.at_s, local)}</td><td>{words[e.kind]}</td>"
        f"<td>{html.escape(': '.join(w for w in (e.state, e.words) if w))}</td></tr>"
        for e in story.events
    ]
    return f"<table>{head}{''.join(rows)}</table>"


def _table(rows: Iterable[tuple[str, str, str]]) -> str:
    lines = [
        f'<tr class="{mark}"><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>'
        for name, value, mark in rows
    ]
    return f"<table>{''.join(lines)}</table>"


def _utc(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _local(at_s: float, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at_s, UTC).astimezone(zone).strftime("%H:%M:%S %Z")
