"""From launch files to a plan: the list of processes to start, with everything evaluated.

Follows ROS 2's rules of scope: a group keeps its changes to itself (unless `scoped: false`), an
include does not; arguments already set win over an included file's defaults.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from patrol_launch import schema
from patrol_launch.document import Element, read_document
from patrol_launch.errors import LaunchError
from patrol_launch.packages import PackageNotFoundError, start_command
from patrol_launch.parameters import ParameterError, merged, typed_value
from patrol_launch.substitutions import (
    Scope,
    SubstitutionError,
    evaluate,
    evaluate_command,
    evaluate_condition,
)

MAX_INCLUDES = 20
OUTPUTS = ("log", "screen", "both", "own_log", "full")
Result = TypeVar("Result")


@dataclass(frozen=True)
class ProcessSpec:
    """One process to start. `parameters` become files beside the log when it starts."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    where: str
    cwd: Path | None = None
    parameters: tuple[dict[str, Any] | Path, ...] = ()
    is_node: bool = True
    on_screen: bool = False
    respawn: bool = False
    respawn_delay_s: float = 0.0
    respawn_max_retries: int = -1
    ends_launch: bool = False


@dataclass(frozen=True)
class Argument:
    """A declared launch argument."""

    name: str
    default: str | None
    description: str
    choices: tuple[str, ...]
    file: Path


@dataclass
class Plan:
    """What a launch will do."""

    processes: list[ProcessSpec] = field(default_factory=list)
    arguments: dict[str, Argument] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    """What the file's own arguments came to, defaults included."""
    messages: list[str] = field(default_factory=list)
    shutdown_reason: str | None = None


@dataclass
class _State:
    """The current scope: copied when a group begins, thrown away when it ends."""

    configurations: dict[str, str]
    environment: dict[str, str]
    namespace: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    remaps: list[tuple[str, str]] = field(default_factory=list)

    def copy(self) -> _State:
        return _State(
            dict(self.configurations),
            dict(self.environment),
            self.namespace,
            dict(self.parameters),
            list(self.remaps),
        )


def make_plan(file: Path, arguments: Mapping[str, str], environment: Mapping[str, str]) -> Plan:
    """Read a launch file and all that it includes, and evaluate it with these arguments.

    Raises LaunchFileError for what the files say wrongly, LaunchError for an argument that no file
    declares.
    """
    planner = _Planner(environment)
    state = _State(dict(arguments), dict(environment))
    own = planner.run_file(file.resolve(), state)
    unknown = sorted(set(arguments) - own)
    if unknown:
        known = ", ".join(sorted(own)) or "none"
        raise LaunchError(f"{file} has no argument '{unknown[0]}'; its arguments are: {known}")
    planner.plan.values = state.configurations
    return planner.plan


def declared_arguments(file: Path) -> list[Argument]:
    """The arguments a launch file itself declares, without evaluating anything."""
    found = []
    for element in read_document(file.resolve()).items():
        action, _ = schema.read_action(element)
        if isinstance(action, schema.Arg):
            found.append(_argument(action, file))
    return found


def _argument(action: schema.Arg, file: Path) -> Argument:
    choices = tuple(choice.value for choice in action.choice or [])
    return Argument(action.name, action.default, action.description, choices, file)


class _Planner:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.plan = Plan()
        self._base_environment = dict(environment)
        self._files: list[Path] = []
        self._names: set[str] = set()

    def run_file(self, file: Path, state: _State) -> set[str]:
        """Evaluate one file; returns the arguments that may be given to it.

        They are its own and those of the files it includes, unless its include sets them.
        """
        if len(self._files) >= MAX_INCLUDES:
            raise LaunchError(f"{file}: more than {MAX_INCLUDES} includes inside one another")
        actions = read_document(file)
        self._files.append(file)
        declared: set[str] = set()
        for element in actions.items():
            self._run(element, state, declared)
        self._files.pop()
        return declared

    def _run(self, element: Element, state: _State, declared: set[str]) -> None:
        action, body = schema.read_action(element)
        text = _Evaluator(element, body, state)
        for key, wanted in (("if", True), ("unless", False)):
            condition = action.if_ if wanted else action.unless
            if condition is not None and text.condition(condition, key) is not wanted:
                return
        match action:
            case schema.Arg():
                declared.add(action.name)
                self._declare(action, text, state, element)
            case schema.Let():
                state.configurations[text(action.name)] = text(action.value, "value")
            case schema.SetEnv():
                state.environment[text(action.name)] = text(action.value, "value")
            case schema.AppendEnv():
                self._append_env(action, text, state)
            case schema.UnsetEnv():
                state.environment.pop(text(action.name), None)
            case schema.PushRosNamespace():
                state.namespace = _joined(state.namespace, text(action.namespace, "namespace"))
            case schema.SetParameter():
                name = text(action.name)
                state.parameters[name] = text.guard(
                    lambda: typed_value(action.value, None, text), "value"
                )
            case schema.SetRemap():
                state.remaps.append((text(action.from_, "from"), text(action.to, "to")))
            case schema.Log():
                self.plan.messages.append(text(action.message, "message"))
            case schema.Shutdown():
                self.plan.shutdown_reason = text(action.reason, "reason")
            case schema.Include():
                declared |= self._include(action, text, state, element)
            case schema.Group():
                self._group(action, body, text, state, declared)
            case schema.Executable():
                self._executable(action, text, state)
            case schema.Node():
                self._node(action, text, state)

    def _declare(
        self, action: schema.Arg, text: _Evaluator, state: _State, element: Element
    ) -> None:
        argument = _argument(action, element.file)
        self.plan.arguments.setdefault(action.name, argument)
        if action.name not in state.configurations:
            if action.default is None:
                about = f" ({action.description})" if action.description else ""
                raise element.error(
                    f"the argument '{action.name}'{about} has no default: give {action.name}:=..."
                )
            state.configurations[action.name] = text(action.default, "default")
        value = state.configurations[action.name]
        if argument.choices and value not in argument.choices:
            raise element.error(
                f"the argument '{action.name}' is '{value}'; "
                f"possible are: {', '.join(argument.choices)}"
            )

    def _append_env(self, action: schema.AppendEnv, text: _Evaluator, state: _State) -> None:
        name, value = text(action.name), text(action.value, "value")
        old = state.environment.get(name)
        parts = [value] if old is None else [old, value]
        if text.boolean(action.prepend, "prepend"):
            parts.reverse()
        state.environment[name] = action.separator.join(parts)

    def _include(
        self, action: schema.Include, text: _Evaluator, state: _State, element: Element
    ) -> set[str]:
        """Evaluate the included file; returns the arguments of it that are still open."""
        file = Path(text(action.file, "file"))
        if file.suffix not in (".yaml", ".yml"):
            raise element.error(
                f"include: {file} is no YAML launch file; others need `ros2 launch`"
            )
        if not file.is_file():
            raise element.error(f"include: there is no file {file}")
        given = {text(one.name, "arg"): text(one.value, "arg") for one in action.arg}
        state.configurations.update(given)
        declared = self.run_file(file.resolve(), state)
        unknown = sorted(set(given) - declared)
        if unknown:
            raise element.error(
                f"include: {file.name} has no argument '{unknown[0]}'; "
                f"its arguments are: {', '.join(sorted(declared)) or 'none'}"
            )
        return declared - set(given)

    def _group(
        self,
        action: schema.Group,
        body: Element,
        text: _Evaluator,
        state: _State,
        declared: set[str],
    ) -> None:
        kept = {text(one.name, "keep"): text(one.value, "keep") for one in action.keep}
        inner = state.copy() if action.scoped else state
        if action.scoped and not action.forwarding:
            inner = _State({}, dict(self._base_environment))
        inner.configurations.update(kept)
        children = body if isinstance(body.data, list) else body.child("children")
        for child in children.items():
            self._run(child, inner, declared)

    def _executable(self, action: schema.Executable, text: _Evaluator, state: _State) -> None:
        command = text.command(action.cmd, "cmd")
        if not command:
            raise text.element.error("executable: 'cmd' is empty")
        name = text(action.name, "name") if action.name else Path(command[0]).name
        self._add(action, name, command, (), False, text, state)

    def _node(self, action: schema.Node, text: _Evaluator, state: _State) -> None:
        package = text(action.pkg, "pkg") if action.pkg is not None else None
        executable = text(action.exec, "exec")
        environment = self._environment(action, text, state)
        start, is_node = text.guard(lambda: start_command(package, executable, environment), "exec")
        command = [*start, *text.command(action.args, "args")]
        parameters: list[dict[str, Any] | Path] = text.guard(
            lambda: merged(action.param, text), "param"
        )
        remaps = [(text(one.from_, "remap"), text(one.to, "remap")) for one in action.remap]
        own_ros = bool(action.param or action.remap or action.name or action.ros_args)
        if is_node:
            if state.parameters:
                parameters.insert(0, dict(state.parameters))
            command += self._ros_arguments(action, remaps, text, state)
        elif own_ros:
            raise text.element.error(
                f"node: '{executable}' is no ROS node; it takes 'args', not name, param or remap"
            )
        label = text(action.exec_name, "exec_name") if action.exec_name else Path(executable).name
        self._add(action, label, command, tuple(parameters), is_node, text, state)

    def _ros_arguments(
        self,
        action: schema.Node,
        remaps: list[tuple[str, str]],
        text: _Evaluator,
        state: _State,
    ) -> list[str]:
        namespace = state.namespace
        if action.namespace:
            namespace = _joined(namespace, text(action.namespace, "namespace"))
        command = ["--ros-args", *text.command(action.ros_args, "ros_args")]
        if action.name:
            command += ["-r", f"__node:={text(action.name, 'name')}"]
        if namespace:
            command += ["-r", f"__ns:={namespace}"]
        for old, new in [*state.remaps, *remaps]:
            command += ["-r", f"{old}:={new}"]
        return command

    def _environment(
        self, action: schema.Node | schema.Executable, text: _Evaluator, state: _State
    ) -> dict[str, str]:
        own = {text(one.name, "env"): text(one.value, "env") for one in action.env}
        return {**state.environment, **own}

    def _add(
        self,
        action: schema.Node | schema.Executable,
        label: str,
        command: list[str],
        parameters: tuple[dict[str, Any] | Path, ...],
        is_node: bool,
        text: _Evaluator,
        state: _State,
    ) -> None:
        output = text(action.output, "output")
        if output not in OUTPUTS:
            raise text.element.error(f"output is '{output}'; possible are: {', '.join(OUTPUTS)}")
        name, number = label, 2
        while name in self._names:
            name, number = f"{label}-{number}", number + 1
        self._names.add(name)
        self.plan.processes.append(
            ProcessSpec(
                name=name,
                command=tuple(command),
                environment=self._environment(action, text, state),
                where=f"{text.element.file}, line {text.element.line}",
                cwd=Path(text(action.cwd, "cwd")) if action.cwd else None,
                parameters=parameters,
                is_node=is_node,
                on_screen=output in ("screen", "both", "full"),
                respawn=text.boolean(action.respawn, "respawn"),
                respawn_delay_s=action.respawn_delay,
                respawn_max_retries=action.respawn_max_retries,
                ends_launch=action.on_exit == "shutdown",
            )
        )


class _Evaluator:
    """Evaluates one action's texts and turns what goes wrong into an error with its place."""

    def __init__(self, element: Element, body: Element, state: _State) -> None:
        self.element = element
        self._body = body
        self._scope = Scope(element.file, state.configurations, state.environment)

    def __call__(self, text: str, key: str = "name") -> str:
        return self.guard(lambda: evaluate(text, self._scope), key)

    def command(self, text: str, key: str) -> list[str]:
        return self.guard(lambda: evaluate_command(text, self._scope), key)

    def condition(self, text: str, key: str) -> bool:
        return self.guard(lambda: evaluate_condition(text, self._scope), key)

    def boolean(self, value: bool | str, key: str) -> bool:
        return value if isinstance(value, bool) else self.condition(value, key)

    def guard(self, call: Callable[[], Result], key: str) -> Result:
        """The result of `call`, with its error turned into one that names file, line and key."""
        try:
            return call()
        except (SubstitutionError, ParameterError, PackageNotFoundError) as error:
            raise self._body.error(f"{self.element.entry()[0]}.{key}: {error}", (key,)) from None
        except ValueError as error:  # shlex: an unclosed quote
            if isinstance(error, LaunchError):
                raise
            what = f"{key}: {error} (quotes cannot go round a substitution)"
            raise self._body.error(what, (key,)) from None


def _joined(namespace: str, more: str) -> str:
    """A namespace below another; an absolute one stands alone."""
    if more.startswith("/"):
        return more
    return f"{namespace.rstrip('/')}/{more}"


def command_line(spec: ProcessSpec) -> str:
    """The command as a person would type it."""
    return shlex.join(spec.command)
