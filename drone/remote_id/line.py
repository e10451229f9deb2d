"""The pre-flight line of remote identification."""

from __future__ import annotations

from comms.contracts.unit import PreflightItem
from drone.link.state import VehicleView
from drone.remote_id.config import OperatorPlace, RemoteIdConfig


def remote_id_line(view: VehicleView, config: RemoteIdConfig) -> PreflightItem:
    """Absent it is said, and wrong where it is required; a transmitter that says that it is not
    ready is always wrong.
    """
    status = view.remote_id.fresh() if view.connected else None
    if status is not None and not status.is_good:
        words = f': "{status.error}"' if status.error else ""
        return _line(False, f"the transmitter is not ready{words}")
    if not config.is_given:
        return _missing(config, "absent: no operator or vehicle number is configured")
    if config.operator_place is OperatorPlace.TAKE_OFF and view.home.last is None:
        return _missing(config, "the place of take-off is not known yet")
    who = f"operator {config.operator_id}" if config.operator_id else f"vehicle {config.uas_id}"
    if status is None and view.remote_id.last is not None:
        return _missing(config, f"{who} is told; the transmitter has fallen silent")
    if status is None:
        return _missing(config, f"{who} is told; no transmitter has answered")
    return _line(True, f"{who}, the transmitter is ready")


def _missing(config: RemoteIdConfig, detail: str) -> PreflightItem:
    return _line(not config.required, detail, caution=not config.required)


def _line(ok: bool, detail: str, caution: bool = False) -> PreflightItem:
    return PreflightItem(name="remote_id", ok=ok, detail=detail, caution=caution)
