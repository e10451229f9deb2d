"""A beat as it stands in its file, before it is held against a site."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from comms.contracts.beat import Beat, Checkpoint, CheckpointAction
from comms.contracts.errors import ContractError, FileError, first_fault
from comms.contracts.place import GeoPoint
from comms.contracts.quantities import number


@dataclass(frozen=True)
class BeatDraft:
    """`places`: how an error names each checkpoint; `datums`: what each was given in;
    `datum_goes`: where in such a file a datum is said, "" where its format has but one.
    """

    beat: Beat
    places: tuple[str, ...]
    datums: tuple[str, ...]
    datum_goes: str = ""


def make_checkpoint(
    error: Callable[[str], FileError],
    identity: str,
    lonlat: tuple[float, float],
    properties: Mapping[str, Any],
) -> Checkpoint:
    """One checkpoint from a file's words. `error` makes the error that names its place there."""
    given = {k: properties.get(k) for k in ("announcement", "language", "description")}
    texts = {k: str(v) for k, v in given.items() if v not in (None, "")}
    wait = properties.get("wait_s")
    try:
        times = {} if wait in (None, "") else {"wait_s": number(wait)}
    except ContractError as wrong:
        raise error(f"wait_s: {wrong}") from None
    try:
        return Checkpoint(
            checkpoint_id=identity,
            name=str(properties.get("name") or ""),
            name_zh=str(properties.get("name_zh") or ""),
            position=GeoPoint(longitude_deg=lonlat[0], latitude_deg=lonlat[1]),
            actions=tuple(_actions(error, properties.get("actions"))),
            **texts,
            **times,
        )
    except ValidationError as wrong:
        fault = first_fault(wrong)
        said = repr(fault.said)[:60]
        raise error(f"{fault.place}: {fault.words} (it says {said})") from None


def _actions(error: Callable[[str], FileError], raw: Any) -> list[CheckpointAction]:
    if raw is None:
        raw = []
    if isinstance(raw, str):  # tables and XML have no lists
        raw = re.findall(r"[^\s,;\[\]\"']+", raw)
    if not isinstance(raw, list):
        raise error("actions must be a list of words")
    known = [str(action) for action in CheckpointAction]
    for word in raw:
        if word not in known:
            raise error(f"the action {word!r} is not known; use {', '.join(known)}")
    return [CheckpointAction(word) for word in raw]
