"""What a YAML launch file may say: one typed model per action, strict and closed.

Keys and types follow ROS 2's own front end (launch 3.x, launch_ros 0.2x, as in Jazzy and Kilted),
which is strict about types as well: `value: 5` is refused by `ros2 launch` where text is expected,
so it is refused here. Text values may hold substitutions; they are evaluated later.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from patrol_launch.document import Element

ParameterData = bool | int | float | str | list[Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class _Conditional(_Strict):
    if_: str | None = Field(None, alias="if")
    unless: str | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> _Conditional:
        if self.if_ is not None and self.unless is not None:
            raise ValueError("'if' and 'unless' cannot both be given")
        return self


class Choice(_Strict):
    value: str


class Arg(_Conditional):
    """`arg`: declares a launch argument."""

    name: str
    default: str | None = None
    description: str = ""
    choice: list[Choice] | None = None


class NameValue(_Strict):
    name: str
    value: str


class Let(_Conditional, NameValue):
    """`let`: sets a launch configuration."""


class SetEnv(_Conditional, NameValue):
    """`set_env`: sets an environment variable for what follows in this scope."""


class AppendEnv(_Conditional, NameValue):
    """`append_env`: appends (or prepends) to a variable that is a list, as PATH is."""

    prepend: bool | str = False
    separator: str = ":"


class UnsetEnv(_Conditional):
    """`unset_env`: removes an environment variable for what follows in this scope."""

    name: str


class Param(_Strict):
    """`param` of a node: a value by name, nested parameters, or a file by `from`."""

    name: str | None = None
    value: ParameterData | None = None
    type: str | None = None
    param: list[Param] | None = None
    from_: str | None = Field(None, alias="from")
    allow_substs: bool | str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Param:
        if (self.name is None) == (self.from_ is None):
            raise ValueError("a param has either 'name' or 'from'")
        if self.from_ is not None and (self.value is not None or self.param is not None):
            raise ValueError("a param with 'from' has no 'value' and no 'param'")
        if self.name is not None and (self.value is None) == (self.param is None):
            raise ValueError("a param with 'name' has either 'value' or nested 'param'")
        if self.name is not None and self.allow_substs is not None:
            raise ValueError("'allow_substs' goes with 'from' only")
        if self.type is not None and self.value is None:
            raise ValueError("'type' goes with 'value' only")
        return self


class Remap(_Strict):
    from_: str = Field(alias="from")
    to: str


class SetRemap(_Conditional, Remap):
    """`set_remap`: a remapping for every node that follows in this scope."""


class SetParameter(_Conditional):
    """`set_parameter`: a parameter for every node that follows in this scope."""

    name: str
    value: ParameterData


class _Process(_Conditional):
    name: str | None = None
    cwd: str | None = None
    env: list[NameValue] = []
    output: str = "log"
    respawn: bool | str = False
    respawn_delay: float = Field(0.0, ge=0.0)
    respawn_max_retries: int = -1
    on_exit: Literal["shutdown"] | None = None


class Executable(_Process):
    """`executable`: any program."""

    cmd: str


class Node(_Process):
    """`node`: a ROS 2 node. `name` is the node's name, `exec_name` the label of the process."""

    exec: str
    pkg: str | None = None
    exec_name: str | None = None
    namespace: str | None = None
    param: list[Param] = []
    remap: list[Remap] = []
    args: str = ""
    ros_args: str = ""


class Include(_Conditional):
    """`include`: the actions of another launch file, with its arguments."""

    file: str
    arg: list[NameValue] = []


class PushRosNamespace(_Conditional):
    """`push_ros_namespace`: a namespace for every node that follows in this scope."""

    namespace: str


class Group(_Conditional):
    """`group`: actions with a scope of their own. `children` stay elements, read one by one."""

    scoped: bool = True
    forwarding: bool = True
    keep: list[NameValue] = []
    children: list[Any]


class Log(_Conditional):
    """`log`: a line for the person who launches."""

    message: str
    level: str = "INFO"


class Shutdown(_Conditional):
    """`shutdown`: ends the launch."""

    reason: str = "asked for by the launch file"


Action = (
    Arg
    | Let
    | SetEnv
    | AppendEnv
    | UnsetEnv
    | Executable
    | Node
    | Include
    | PushRosNamespace
    | Group
    | Log
    | SetParameter
    | SetRemap
    | Shutdown
)

ACTIONS: dict[str, type[Action]] = {
    "arg": Arg,
    "let": Let,
    "set_env": SetEnv,
    "append_env": AppendEnv,
    "unset_env": UnsetEnv,
    "executable": Executable,
    "node": Node,
    "include": Include,
    "push_ros_namespace": PushRosNamespace,
    "push-ros-namespace": PushRosNamespace,
    "group": Group,
    "log": Log,
    "log_info": Log,
    "set_parameter": SetParameter,
    "set_remap": SetRemap,
    "shutdown": Shutdown,
}


def read_action(element: Element) -> tuple[Action, Element]:
    """The action that one list entry states, and its body with the lines.

    Raises LaunchFileError for an unknown action, an unknown key, or a value of the wrong type.
    """
    kind, body = element.entry()
    model = ACTIONS.get(kind)
    if model is None:
        raise element.error(f"unknown action '{kind}'; known are: {', '.join(sorted(ACTIONS))}")
    data = body.data
    if model is Group and isinstance(data, list):
        data = {"children": data}
    if model is Include and isinstance(data, str):
        data = {"file": data}
    if not isinstance(data, dict):
        raise element.error(f"{kind}: expected a mapping of keys")
    try:
        return model.model_validate(data), body
    except ValidationError as error:
        raise _explain(kind, body, model, error) from None


def _explain(kind: str, body: Element, model: type[BaseModel], error: ValidationError) -> Exception:
    first = error.errors()[0]
    # A union (`bool | str`) adds the tried type's name to the place: keep what is in the file.
    path = tuple(part for part in first["loc"] if _exists(body.data, first["loc"], part))
    place = ".".join([kind, *(str(part) for part in path)])
    if first["type"] == "extra_forbidden":
        known = [f.alias or n for n, f in model.model_fields.items()] if len(path) == 1 else []
        hint = f"; known are: {', '.join(known)}" if known else ""
        return body.error(f"{place}: unknown key '{path[-1]}'{hint}", path)
    if first["type"] == "missing":
        return body.error(f"{place}: the key '{first['loc'][-1]}' is missing", path)
    said = "" if isinstance(first["input"], dict) else f" (it says {first['input']!r})"
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_type":
        what = "expected text; put it in quotes"
    if first["type"] == "float_type" or first["type"] == "int_type":
        what = "expected a number"
    return body.error(f"{place}: {what}{said}", path)


def _exists(data: Any, loc: tuple[int | str, ...], part: int | str) -> bool:
    """Whether `part` of a place that pydantic tells is a place in the data as well."""
    for step in loc:
        in_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if not in_list and not (isinstance(data, dict) and step in data):
            return False
        data = data[step]
        if step is part:
            return True
    return False
