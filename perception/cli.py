"""`patrol perception try FILE|FOLDER`: what the unit's perception sees in pictures and videos.

Shows boxes, tracks and timing of each file, and writes an annotated copy, blurred like all that
leaves.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from comms.contracts.errors import ContractError
from comms.contracts.finding import Source
from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from perception.config import PerceptionConfig, load_unit
from perception.detect.detections import Detector, Picture
from perception.pipeline import Pipeline
from perception.privacy.blur import Blurrer
from perception.privacy.copies import VideoCopy, write_picture
from perception.privacy.encode import Mark, draw
from perception.sources import is_video, media_in, open_clip, read_picture
from perception.track.tracker import TrackedBox

app = typer.Typer(help="Perception: try it on pictures and videos.", no_args_is_help=True)
_console = Console()
_CAMERA = Source.ROBOT
_ANYWHERE = GeoPoint(latitude_deg=0.0, longitude_deg=0.0)


@app.callback()
def perception() -> None:
    """Perception: try it on pictures and videos."""


@app.command(name="try")
def try_(
    place: Annotated[Path, typer.Argument(help="a picture, a video, or a folder of them")],
    out: Annotated[Path, typer.Option(help="folder for the annotated copies")] = Path("."),
    unit_config: Annotated[str, typer.Option(help="the unit's YAML; empty: defaults")] = "",
    model: Annotated[str, typer.Option(help="another detector model")] = "",
    frames: Annotated[int, typer.Option(help="of a video, at the most; 0: all")] = 0,
) -> None:
    """Show boxes, tracks and timing, and write an annotated, blurred copy."""
    try:
        files = media_in(place)
        config = load_unit(unit_config).perception
        if model:
            section = config.detector.model_copy(update={"model": model})
            config = config.model_copy(update={"detector": section})
        from perception.detect.ultralytics_model import UltralyticsDetector

        detector, blurrer = UltralyticsDetector(config.detector), Blurrer(config.privacy)
        out.mkdir(parents=True, exist_ok=True)
        for path in files:
            if is_video(path):
                _video(path, out, config, detector, blurrer, frames)
            else:
                _picture(path, out, config, detector, blurrer)
    except (ContractError, OSError) as error:
        _console.print(f"[red]error:[/red] {error}")
        raise typer.Exit(1) from None


def _pipeline(config: PerceptionConfig, detector: Detector, blurrer: Blurrer) -> Pipeline:
    return Pipeline(
        config.model_copy(update={"cameras": (_CAMERA.value,)}),
        detector,
        blurrer,
        LocalFrame(_ANYWHERE),
    )


def _picture(
    path: Path, out: Path, config: PerceptionConfig, detector: Detector, blurrer: Blurrer
) -> None:
    pipeline = _pipeline(config, detector, blurrer)
    picture = read_picture(path)
    boxes = _look(pipeline, picture, out / f"{path.stem}.annotated.jpg", blurrer)
    table = Table(title=str(path), title_justify="left")
    for heading in ("kind", "class", "score", "x1 y1 x2 y2 (px)"):
        table.add_column(heading)
    for box in sorted(boxes, key=lambda item: -item.score):
        corners = " ".join(f"{value:.0f}" for value in box.box)
        table.add_row(box.kind, box.label, f"{box.score:.2f}", corners)
    _console.print(table)
    _console.print(_timing(pipeline))


def _look(pipeline: Pipeline, picture: Picture, copy: Path, blurrer: Blurrer) -> list[TrackedBox]:
    detections = pipeline.detect(picture)
    boxes = pipeline.track(_CAMERA, detections)
    write_picture(copy, draw(blurrer.blur(picture, detections), _marks(boxes)))
    return boxes


def _video(
    path: Path,
    out: Path,
    config: PerceptionConfig,
    detector: Detector,
    blurrer: Blurrer,
    at_most: int,
) -> None:
    clip = open_clip(path)
    # every frame is looked at, so the tracker's memory must be in frames of this video
    pipeline = _pipeline(config.model_copy(update={"max_rate_hz": clip.rate_hz}), detector, blurrer)
    lengths: dict[tuple[str, int], int] = {}
    start, count = time.monotonic(), 0
    with VideoCopy(out / f"{path.stem}.annotated.avi", clip.rate_hz, clip.size_px) as copy:
        for picture in clip.frames():
            detections = pipeline.detect(picture)
            boxes = pipeline.track(_CAMERA, detections)
            for box in boxes:
                key = box.kind, box.track_id
                lengths[key] = lengths.get(key, 0) + 1
            with pipeline.times.stage("blur"):
                blurred = blurrer.blur(picture, detections)
            copy.add(draw(blurred, _marks(boxes)))
            count += 1
            if count == at_most:
                break
    rate = count / max(1e-9, time.monotonic() - start)
    _console.print(f"{path}: {count} frames, {rate:.1f} a second with blurring")
    for kind in sorted({kind for kind, _ in lengths}):
        mine = sorted((n for (k, _), n in lengths.items() if k == kind), reverse=True)
        _console.print(f"  {kind}: {len(mine)} tracks; frames of the longest: {mine[:10]}")
    _console.print(_timing(pipeline))


def _marks(boxes: list[TrackedBox]) -> list[Mark]:
    return [Mark(box.box, box.kind, f"{box.label} {box.track_id} {box.score:.2f}") for box in boxes]


def _timing(pipeline: Pipeline) -> str:
    stages = pipeline.times.summary().items()
    words = [f"{name} {median:.1f} ms (p95 {p95:.1f})" for name, (median, p95) in stages]
    return "  " + ", ".join(words)


if __name__ == "__main__":
    app()
