"""A YAML launch file with the line of every key, so that an error can point at its place.

PyYAML's own loader forgets lines and lets a later duplicate key win silently; both matter here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from patrol_launch.errors import LaunchFileError


@dataclass(frozen=True)
class Element:
    """One YAML value with its place: plain data in `data`, and the node to look lines up in."""

    file: Path
    node: yaml.Node
    data: Any

    @property
    def line(self) -> int:
        """Line of the value, counted from 1."""
        return int(self.node.start_mark.line) + 1

    def line_of(self, path: tuple[int | str, ...]) -> int:
        """Line of the deepest part of `path` (keys and indices) that exists below this value."""
        node, line = self.node, self.line
        for part in path:
            step = _step(node, part)
            if step is None:
                break
            line, node = step
        return line

    def error(self, what: str, path: tuple[int | str, ...] = ()) -> LaunchFileError:
        """An error that names this file and the line of `path`."""
        return LaunchFileError(self.file, self.line_of(path), what)

    def items(self) -> list[Element]:
        """The elements of a sequence."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("expected a list of actions, each beginning with '- '")
        return [
            Element(self.file, node, data)
            for node, data in zip(self.node.value, self.data, strict=True)
        ]

    def entry(self) -> tuple[str, Element]:
        """The only key of a mapping and its value, as in `- node: {...}`."""
        if not isinstance(self.node, yaml.MappingNode) or len(self.node.value) != 1:
            raise self.error("an action is a mapping with one key, like '- node: {pkg: ...}'")
        key, value = self.node.value[0]
        return str(key.value), Element(self.file, value, self.data[key.value])

    def child(self, key: str) -> Element:
        """The value of `key` in a mapping."""
        assert isinstance(self.node, yaml.MappingNode)
        for name, value in self.node.value:
            if name.value == key:
                return Element(self.file, value, self.data[key])
        raise KeyError(key)


def read_document(file: Path) -> Element:
    """The list of actions of a YAML launch file.

    Raises LaunchFileError where the file is missing, is not YAML, repeats a key, or does not have
    the one root key `launch` with a list.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LaunchFileError(file, 1, "there is no such launch file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LaunchFileError(file, 1, f"the file cannot be read: {error}") from None
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            _refuse_duplicates(file, node)
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LaunchFileError(file, line, f"this is not YAML: {error.problem}") from None
    finally:
        loader.dispose()
    keys = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    if keys != ["launch"] or node is None or data is None:
        raise LaunchFileError(file, 1, "the file must have one root key 'launch' with a list below")
    actions = Element(file, node.value[0][1], data["launch"])
    if not isinstance(actions.node, yaml.SequenceNode):
        raise actions.error("below 'launch' a list of actions is expected")
    return actions


def _refuse_duplicates(file: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_duplicates(file, child)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                raise LaunchFileError(file, line, f"the key '{key.value}' is not text")
            if key.value in seen:
                raise LaunchFileError(file, line, f"the key '{key.value}' is here twice")
            seen.add(key.value)
            _refuse_duplicates(file, value)


def _step(node: yaml.Node, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child = node.value[part]
        return child.start_mark.line + 1, child
    return None
