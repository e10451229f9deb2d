"""Node parameters of a launch file: their types, and the file a node reads them from.

ROS 2's launch reads a text value as YAML to find its type ("5" is an integer, "true" a boolean)
unless `type` says otherwise; a wrong type makes a node refuse its parameter, so the rules are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from patrol_launch.schema import Param, ParameterData

_TYPES: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str}


class ParameterError(ValueError):
    """A parameter that has no ROS type; the caller adds file and line."""


def typed_value(value: ParameterData, kind: str | None, text: Callable[[str], str]) -> Any:
    """The value as ROS 2 sees it. `text` evaluates substitutions.

    `kind` is int, float, bool, str, list_of_<those>, or None to find the type as YAML does.
    """
    if isinstance(value, list):
        value = [text(item) if isinstance(item, str) else item for item in value]
    elif isinstance(value, str):
        value = text(value)
    if kind is None:
        return _inferred(value)
    base = kind.removeprefix("list_of_").removesuffix("s") if kind not in _TYPES else kind
    wanted = _TYPES.get(base)
    if wanted is None:
        raise ParameterError(f"unknown type '{kind}'; known are int, float, bool, str, list_of_...")
    if kind == base:
        return _coerced(value, wanted)
    loaded = yaml.safe_load(value) if isinstance(value, str) else value
    if not isinstance(loaded, list):
        raise ParameterError(f"{value!r} is not a list")
    return [_coerced(item, wanted) for item in loaded]


def merged(params: Iterable[Param], text: Callable[[str], str]) -> list[dict[str, Any] | Path]:
    """A node's parameters in their order: dictionaries of values, and files."""
    result: list[dict[str, Any] | Path] = []
    for param in params:
        if param.from_ is not None:
            result.append(Path(text(param.from_)))
            continue
        if not result or not isinstance(result[-1], dict):
            result.append({})
        last = result[-1]
        assert isinstance(last, dict)
        _merge(last, _as_dictionary(param, text))
    return result


def write_parameters(values: dict[str, Any], path: Path) -> None:
    """Write a ROS 2 parameter file that any node name matches."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"/**": {"ros__parameters": values}}), encoding="utf-8")


def _as_dictionary(param: Param, text: Callable[[str], str]) -> dict[str, Any]:
    assert param.name is not None
    name = text(param.name)
    if param.param is not None:
        nested: dict[str, Any] = {}
        for child in param.param:
            if child.name is None:
                raise ParameterError(f"below param '{name}' only params with 'name' are possible")
            _merge(nested, _as_dictionary(child, text))
        return {name: nested}
    assert param.value is not None
    return {name: typed_value(param.value, param.type, text)}


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _inferred(value: Any) -> Any:
    if isinstance(value, str):
        try:
            loaded = yaml.safe_load(value)
        except yaml.YAMLError:
            return value
        if isinstance(loaded, bool | int | float) or (isinstance(loaded, list) and loaded):
            return _inferred(loaded)
        return value
    if isinstance(value, list):
        kinds = {type(item) for item in value}
        if kinds == {int, float}:
            return [float(item) for item in value]
        if len(kinds) > 1 or not kinds <= {bool, int, float, str}:
            raise ParameterError(f"{value!r} mixes types; a ROS parameter has one")
    return value


def _coerced(value: Any, wanted: type) -> Any:
    if wanted is str:
        return value if isinstance(value, str) else str(value)
    loaded = yaml.safe_load(value) if isinstance(value, str) else value
    if wanted is float and isinstance(loaded, int) and not isinstance(loaded, bool):
        return float(loaded)
    if type(loaded) is not wanted:
        raise ParameterError(f"{value!r} is not of type {wanted.__name__}")
    return loaded
