"""Substitutions in the text of a launch file: `$(var name)`, `$(env NAME default)` and so on.

The names and results are those of ROS 2's front end; `$(eval ...)` and `$(command ...)` run code
from a launch file and are refused on purpose. Arguments are separated by blanks, may be quoted, and
may hold substitutions themselves.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from patrol_launch.packages import PackageNotFoundError, find_executable, package_prefix


@dataclass(frozen=True)
class Call:
    """One `$(name argument ...)`; each argument is again a list of pieces."""

    name: str
    arguments: tuple[tuple[str | Call, ...], ...]


class SubstitutionError(ValueError):
    """A substitution that cannot be read or evaluated; the caller adds file and line."""


@dataclass(frozen=True)
class Scope:
    """What a substitution may look at."""

    file: Path
    configurations: Mapping[str, str]
    environment: Mapping[str, str]


def parse(text: str) -> tuple[str | Call, ...]:
    """Split text into literal parts and calls. Raises SubstitutionError for an unclosed `$(`."""
    pieces, end = _parse_text(text, 0)
    assert end == len(text)
    return pieces


def evaluate(text: str, scope: Scope) -> str:
    """The text with every substitution replaced by its value."""
    return "".join(_value(piece, scope) for piece in parse(text))


def evaluate_command(text: str, scope: Scope) -> list[str]:
    """A command line as a list of arguments: literal parts split as a shell does, values whole."""
    arguments: list[str] = []
    current: str | None = None
    for piece in parse(text):
        if isinstance(piece, Call):
            current = (current or "") + _value(piece, scope)
            continue
        if piece[0].isspace() and current is not None:
            arguments.append(current)
            current = None
        for index, token in enumerate(shlex.split(piece)):
            if index and current is not None:
                arguments.append(current)
                current = None
            current = (current or "") + token
        if piece[-1].isspace() and current is not None:
            arguments.append(current)
            current = None
    return arguments if current is None else [*arguments, current]


def evaluate_condition(text: str, scope: Scope) -> bool:
    """A condition: true, false, 1 or 0, in any case (as ROS 2 reads it)."""
    return _truth(evaluate(text, scope))


def _parse_text(text: str, start: int) -> tuple[tuple[str | Call, ...], int]:
    pieces: list[str | Call] = []
    literal = ""
    at = start
    while at < len(text):
        if text.startswith("\\$", at):
            literal, at = literal + "$", at + 2
        elif text.startswith("$(", at):
            if literal:
                pieces.append(literal)
                literal = ""
            call, at = _parse_call(text, at + 2)
            pieces.append(call)
        else:
            literal, at = literal + text[at], at + 1
    if literal:
        pieces.append(literal)
    return tuple(pieces), at


def _parse_call(text: str, at: int) -> tuple[Call, int]:
    """Read a call from behind its `$(`; returns it and the place behind its `)`."""
    words: list[tuple[str | Call, ...]] = []
    word: list[str | Call] | None = None
    quote = ""

    def add(part: str | Call) -> None:
        nonlocal word
        if word is None:
            word = []
        if isinstance(part, str) and word and isinstance(word[-1], str):
            word[-1] += part
        else:
            word.append(part)

    while at < len(text):
        letter = text[at]
        if letter == "\\" and at + 1 < len(text):
            add(text[at + 1])
            at += 2
        elif text.startswith("$(", at):
            call, at = _parse_call(text, at + 2)
            add(call)
        elif quote:
            if letter == quote:
                quote = ""
            else:
                add(letter)
            at += 1
        elif letter in "'\"":
            quote = letter
            add("")
            at += 1
        elif letter.isspace() or letter == ")":
            if word is not None:
                words.append(tuple(word))
                word = None
            at += 1
            if letter == ")":
                return _as_call(words, text), at
        else:
            add(letter)
            at += 1
    raise SubstitutionError(f"'$(' is not closed in {text!r}")


def _as_call(words: list[tuple[str | Call, ...]], text: str) -> Call:
    if not words or len(words[0]) != 1 or not isinstance(words[0][0], str):
        raise SubstitutionError(f"a substitution without a name in {text!r}")
    return Call(words[0][0], tuple(words[1:]))


def _value(piece: str | Call, scope: Scope) -> str:
    if isinstance(piece, str):
        return piece
    known = _FUNCTIONS.get(piece.name)
    if known is None:
        raise SubstitutionError(
            f"unknown substitution '$({piece.name} ...)'; known are: "
            + ", ".join(sorted(_FUNCTIONS))
        )
    function, least, most = known
    if not least <= len(piece.arguments) <= most:
        count = str(least) if least == most else f"{least} to {most}"
        raise SubstitutionError(f"$({piece.name}) takes {count} argument(s)")
    return function(
        scope, ["".join(_value(part, scope) for part in word) for word in piece.arguments]
    )


def _truth(text: str) -> bool:
    if text.strip().lower() in ("true", "1"):
        return True
    if text.strip().lower() in ("false", "0"):
        return False
    raise SubstitutionError(f"a condition must be true, false, 1 or 0, and is {text!r}")


def _text(value: bool) -> str:
    return "true" if value else "false"


def _var(scope: Scope, arguments: list[str]) -> str:
    if arguments[0] in scope.configurations:
        return scope.configurations[arguments[0]]
    if len(arguments) == 2:
        return arguments[1]
    raise SubstitutionError(f"there is no argument or variable '{arguments[0]}'")


def _env(scope: Scope, arguments: list[str]) -> str:
    if arguments[0] in scope.environment:
        return scope.environment[arguments[0]]
    if len(arguments) == 2:
        return arguments[1]
    raise SubstitutionError(f"the environment variable {arguments[0]} is not set")


def _package(scope: Scope, name: str) -> Path:
    try:
        return package_prefix(name, scope.environment)
    except PackageNotFoundError as error:
        raise SubstitutionError(str(error)) from None


def _find_pkg_share(scope: Scope, arguments: list[str]) -> str:
    return str(_package(scope, arguments[0]) / "share" / arguments[0])


def _find_pkg_prefix(scope: Scope, arguments: list[str]) -> str:
    return str(_package(scope, arguments[0]))


def _exec_in_pkg(scope: Scope, arguments: list[str]) -> str:
    try:
        return str(find_executable(arguments[1], arguments[0], scope.environment))
    except PackageNotFoundError as error:
        raise SubstitutionError(str(error)) from None


_ANY = 1_000
_FUNCTIONS: dict[str, tuple[Callable[[Scope, list[str]], str], int, int]] = {
    "var": (_var, 1, 2),
    "env": (_env, 1, 2),
    "find-pkg-share": (_find_pkg_share, 1, 1),
    "find-pkg-prefix": (_find_pkg_prefix, 1, 1),
    "exec-in-pkg": (_exec_in_pkg, 2, 2),
    "dirname": (lambda scope, _: str(scope.file.parent), 0, 0),
    "filename": (lambda scope, _: str(scope.file), 0, 0),
    "not": (lambda _, given: _text(not _truth(given[0])), 1, 1),
    "and": (lambda _, given: _text(_truth(given[0]) and _truth(given[1])), 2, 2),
    "or": (lambda _, given: _text(_truth(given[0]) or _truth(given[1])), 2, 2),
    "any": (lambda _, given: _text(any([_truth(one) for one in given])), 0, _ANY),
    "all": (lambda _, given: _text(all([_truth(one) for one in given])), 0, _ANY),
    "equals": (lambda _, given: _text(given[0] == given[1]), 2, 2),
    "not-equals": (lambda _, given: _text(given[0] != given[1]), 2, 2),
}
