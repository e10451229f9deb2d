"""A user's beat, in GeoJSON, GPX or KML, read and held against the site in which it lies."""

from __future__ import annotations

from pathlib import Path

from comms.contracts.beat import Beat
from comms.contracts.beat_draft import BeatDraft
from comms.contracts.beat_geojson import read_geojson_beat
from comms.contracts.beat_gpx import read_gpx_beat
from comms.contracts.beat_kml import read_kml_beat
from comms.contracts.datum_hints import datum_hint
from comms.contracts.datums import wgs84_to_gcj02
from comms.contracts.errors import FileError
from comms.contracts.place import GeoPoint
from comms.contracts.site import Site
from comms.contracts.site_ground import SiteGround

_PATTERNS = ("*.beat.geojson", "*.gpx", "*.kml")


def load_beat(path: str | Path) -> BeatDraft:
    """The beat of a file, by the file's ending, not yet held against a site. Raises FileError."""
    ending = Path(path).suffix.lower()
    if ending == ".gpx":
        return read_gpx_beat(path)
    if ending == ".kml":
        return read_kml_beat(path)
    return read_geojson_beat(path)


def read_beat(path: str | Path, site: Site) -> Beat:
    """Read a beat and check it against its site. Raises FileError with file and feature."""
    return _checked(load_beat(path), site, SiteGround(site))


def read_beats(folder: str | Path, site: Site) -> dict[str, Beat]:
    """Every `*.beat.geojson`, `*.gpx` and `*.kml` of a folder, by its id.

    Raises FileError for the first that is wrong.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileError(str(folder), "there is no such folder of beats")
    ground = SiteGround(site)
    beats: dict[str, Beat] = {}
    for path in sorted(path for pattern in _PATTERNS for path in folder.glob(pattern)):
        beat = _checked(load_beat(path), site, ground)
        if beat.beat_id in beats:
            other = beats[beat.beat_id].source
            raise FileError(str(path), f"its id {beat.beat_id!r} is that of {other}")
        beats[beat.beat_id] = beat
    return beats


def _checked(draft: BeatDraft, site: Site, ground: SiteGround) -> Beat:
    beat = draft.beat
    if beat.site_id not in ("", site.site_id):
        what = f"it belongs to the site {beat.site_id!r}, not to {site.site_id!r}"
        raise FileError(beat.source, what)
    for number, checkpoint in enumerate(beat.checkpoints):
        here = site.frame.to_enu(checkpoint.position)
        why = ground.why_not_standing((here.east_m, here.north_m))
        if why:
            hint = _hint(draft, number, checkpoint.position, site, ground)
            raise FileError(beat.source, f"the checkpoint {why}{hint}", draft.places[number])
    return beat.model_copy(update={"site_id": site.site_id})


def _hint(draft: BeatDraft, number: int, point: GeoPoint, site: Site, ground: SiteGround) -> str:
    def is_right(there: tuple[float, float]) -> bool:
        place = GeoPoint(longitude_deg=there[0], latitude_deg=there[1])
        east, north, _ = site.frame.to_enu(place)
        return not ground.why_not_standing((east, north))

    place, datum = (point.longitude_deg, point.latitude_deg), draft.datums[number]
    hint = datum_hint(place, datum, is_right, draft.datum_goes)
    if not draft.datum_goes and "GCJ-02" in hint:
        return (
            "; taken as GCJ-02 it would be right: turn the file into GeoJSON with "
            "`patrol beat export --to geojson --datum GCJ02`"
        )
    if not hint and datum != "GCJ02" and is_right(wgs84_to_gcj02(*place)):
        return (
            "; it would be right if the site's coordinates were GCJ-02 unsaid: look at "
            f'"datum" in {site.source or "the site"}'
        )
    return hint
