"""Configuration: one YAML file per unit, one section per room, each checked by a typed model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from comms.contracts.errors import FileError, first_fault

Model = TypeVar("Model", bound=BaseModel)


def load_section(path: str | Path, section: str, model: type[Model]) -> Model:
    """Section `section` of the unit's YAML file as `model`; what it does not say has its default,
    at every depth: a camera's rate alone does not move the camera. "" is no file: all defaults.

    Raises FileError with the file, the place and what would be right.
    """
    if path == "":
        return model()
    document = read_unit_file(path)
    try:
        return model.model_validate(_over(model().model_dump(), document.get(section) or {}))
    except ValidationError as error:
        fault = first_fault(error)
        place = f"{section}.{fault.place}" if fault.place else section
        raise FileError(str(path), f"{fault.words} (it says {fault.said!r})", place) from None


def _over(default: Any, said: Any) -> Any:
    """`said` where it says something, `default` elsewhere."""
    if not isinstance(default, dict) or not isinstance(said, dict):
        return said
    return {**default, **{key: _over(default.get(key), value) for key, value in said.items()}}


def read_unit_file(path: str | Path) -> dict[str, Any]:
    """The sections of the unit's YAML file as they are written. Raises FileError."""
    path = Path(path)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise FileError(str(path), "there is no such file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FileError(str(path), f"this is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise FileError(str(path), "the file must be a mapping of sections")
    return document
