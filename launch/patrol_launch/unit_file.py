"""The whole of a unit's YAML file: which sections there are, whose they are, and whether all are
right.

Each node reads only its own section. Here, where everything is started, all of them are known: a
slip in a section's name would otherwise be a setting that nobody reads and nobody misses.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterator

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from comms.contracts.config import load_section, read_unit_file
from comms.contracts.errors import FileError

#: section: where its model is. Loaded when asked for: a unit without a drone need not have it.
SECTIONS = {
    "unit": "comms.bridge.config:UnitName",
    "robot_body": "comms.contracts.vehicle:RobotBody",
    "drone_body": "comms.contracts.vehicle:DroneBody",
    "kiosk_body": "comms.contracts.vehicle:KioskBody",
    "localization": "robot.localization.config:LocalizationConfig",
    "navigation": "robot.navigation.config:NavigationConfig",
    "safety": "robot.safety.config:SafetyConfig",
    "behaviour": "robot.behaviour.config:BehaviourConfig",
    "loudspeaker": "robot.behaviour.config:LoudspeakerConfig",
    "perception": "perception.config:PerceptionConfig",
    "drone": "drone.config:DroneConfig",
    "bridge": "comms.bridge.config:BridgeConfig",
    "simulation": "simulation.bridge.config:BridgeConfig",
    "simulated_autopilot": "simulation.autopilot.config:AutopilotConfig",
}
_LIMITS = (("ge", "from {}"), ("gt", "above {}"), ("le", "to {}"), ("lt", "below {}"))


def model_of(section: str) -> type[BaseModel]:
    module, name = SECTIONS[section].split(":")
    model: type[BaseModel] = getattr(importlib.import_module(module), name)
    return model


def read_sections(path: str) -> dict[str, BaseModel]:
    """Every section of the file as its model, those that it does not have with their defaults;
    an empty `path`: the defaults. Raises FileError with file, place and what is wrong.
    """
    if not path:
        return {section: model_of(section)() for section in SECTIONS}
    for said in read_unit_file(path):
        if said not in SECTIONS:
            near = difflib.get_close_matches(str(said), SECTIONS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(SECTIONS)}"
            raise FileError(path, f"the section {said!r} is not known; {hint}")
    return {section: load_section(path, section, model_of(section)) for section in SECTIONS}


def as_yaml(sections: dict[str, BaseModel]) -> Iterator[str]:
    """The sections as lines of YAML; above each parameter its meaning, unit and limits."""
    for name, section in sections.items():
        yield f"{name}:"
        yield from _model_lines(section, type(section)(), 1)
        yield ""


def _model_lines(model: BaseModel, default: BaseModel, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, field in type(model).model_fields.items():
        value, usual = getattr(model, name), getattr(default, name)
        if isinstance(value, BaseModel) and isinstance(usual, BaseModel):
            yield f"{indent}{name}:"
            yield from _model_lines(value, usual, depth + 1)
            continue
        words = " ".join((field.description or "").split())
        limits = _limits(field)
        yield f"{indent}# {words}" + (f" ({limits})" if limits else "")
        if value != usual:
            yield f"{indent}# changed; the default is {_scalar(default, name)}"
        yield f"{indent}{name}: {_scalar(model, name)}"


def _scalar(model: BaseModel, name: str) -> str:
    plain = model.model_dump(mode="json", include={name})[name]
    text = yaml.safe_dump(plain, default_flow_style=True, allow_unicode=True, width=10_000)
    return str(text).removesuffix("...\n").strip()


def _limits(field: FieldInfo) -> str:
    found = []
    for attribute, words in _LIMITS:
        for limit in field.metadata:
            if getattr(limit, attribute, None) is not None:
                found.append(words.format(f"{getattr(limit, attribute):g}"))
    return " ".join(found)
