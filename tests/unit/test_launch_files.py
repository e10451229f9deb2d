"""The launch file format: what the runner reads, evaluates and refuses."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from patrol_launch.errors import LaunchError
from patrol_launch.packages import own_executables
from patrol_launch.plan import Plan, declared_arguments, make_plan

Write = Callable[..., Path]
ENVIRONMENT = {"HOME": "/home/officer", "EMPTY": ""}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a launch file from indented text; its name can be given."""

    def write_file(text: str, name: str = "x.launch.yaml") -> Path:
        path = tmp_path / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write_file


def plan(file: Path, **arguments: str) -> Plan:
    return make_plan(file, arguments, ENVIRONMENT)


def value_of(write: Write, text: str) -> str:
    """What a text evaluates to, seen through an environment variable of a process."""
    file = write(f"""
        launch:
          - arg: {{name: colour, default: blue}}
          - executable:
              cmd: "true"
              env: [{{name: SEEN, value: {json.dumps(text)}}}]
        """)
    return plan(file).processes[0].environment["SEEN"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text", "plain text"),
        ("$(var colour)", "blue"),
        ("a-$(var colour)-b", "a-blue-b"),
        ("$(var missing green)", "green"),
        ("$(env HOME)/x", "/home/officer/x"),
        ("$(env NO_SUCH 'two words')", "two words"),
        ("$(env NO_SUCH $(var colour))", "blue"),
        ("$(not true)", "false"),
        ("$(and true $(equals $(var colour) blue))", "true"),
        ("$(or false 0)", "false"),
        ("$(not-equals a b)", "true"),
        ("cost: 5$ and \\$(var x)", "cost: 5$ and $(var x)"),
    ],
)
def test_a_substitution_has_the_value_ros_gives_it(write: Write, text: str, expected: str) -> None:
    assert value_of(write, text) == expected


def test_dirname_is_the_folder_of_the_file_that_says_it(write: Write, tmp_path: Path) -> None:
    assert value_of(write, "$(dirname)/sites") == f"{tmp_path}/sites"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("$(var nobody)", "no argument or variable 'nobody'"),
        ("$(env NO_SUCH)", "NO_SUCH is not set"),
        ("$(eval 1 + 1)", "unknown substitution '\\$\\(eval"),
        ("$(command ls)", "unknown substitution"),
        ("$(var colour", "not closed"),
        ("$(var)", "takes 1 to 2 argument"),
        ("$(not maybe)", "true, false, 1 or 0"),
        ("$(find-pkg-share no_such_package)", "no ROS package 'no_such_package'"),
    ],
)
def test_a_substitution_that_cannot_be_evaluated_is_an_error(
    write: Write, text: str, complaint: str
) -> None:
    with pytest.raises(LaunchError, match=complaint):
        value_of(write, text)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("- nodes: {pkg: patrol, exec: drone}", "unknown action 'nodes'; known are: append_env"),
        ("- node: {pkg: patrol, exec: drone, respwan: 'true'}", "unknown key 'respwan'"),
        ("- node: {pkg: patrol}", "the key 'exec' is missing"),
        ("- node: {pkg: patrol, exec: robot_drone}", "no executable 'robot_drone'; it has: "),
        ("- node: {pkg: patrol, exec: drone, output: window}", "output is 'window'"),
        ("- node: {pkg: patrol, exec: drone, respawn_delay: soon}", "expected a number"),
        ("- node: {pkg: patrol, exec: drone, respawn_delay: -1.0}", "greater than or equal to 0"),
        ("- node: {pkg: patrol, exec: drone, param: [{name: a}]}", "either 'value' or nested"),
        ("- node: {pkg: patrol, exec: drone, param: [{name: a, valeu: 1}]}", "unknown key 'valeu'"),
        ("- node: {pkg: patrol, exec: command_centre, name: x}", "is no ROS node"),
        ("- let: {name: a, value: 5}", "put it in quotes"),
        ("- arg: {name: a, default: b, choice: [{value: c}]}", "possible are: c"),
        ("- arg: {name: needed}", "has no default: give needed:="),
        ("- group: {if: 'perhaps', children: []}", "true, false, 1 or 0"),
        ("- executable: {cmd: 'a', if: 'true', unless: 'true'}", "cannot both be given"),
        ("- executable: {cmd: 'a', cmd: 'b'}", "the key 'cmd' is here twice"),
        ("- include: {file: $(dirname)/gone.launch.yaml}", "there is no file"),
        ("- include: {file: other.launch.py}", "no YAML launch file"),
        ("- node", "one key"),
        ("- executable: {cmd: 'echo \"open'}", "No closing quotation"),
    ],
)
def test_what_the_runner_does_not_know_is_an_error_with_file_and_line(
    write: Write, line: str, complaint: str
) -> None:
    file = write(f"launch:\n  # a comment\n  {line}\n")
    with pytest.raises(LaunchError, match=complaint) as caught:
        plan(file)
    assert f"{file}, line 3" in str(caught.value)


def test_an_error_names_the_line_of_the_key_that_is_wrong(write: Write) -> None:
    file = write("""\
        launch:
          - node:
              pkg: patrol
              exec: drone
              param:
                - name: a
                  value: 1
                - name: b
                  vlaue: 1
        """)
    with pytest.raises(LaunchError, match=r"line 9: node\.param\.1\.vlaue: unknown key"):
        plan(file)


@pytest.mark.parametrize("text", ["", "launch: 5", "lunch: []", "- node", "launch: [\n", "a: b: c"])
def test_a_file_that_is_no_launch_file_is_one_clear_error(write: Write, text: str) -> None:
    with pytest.raises(LaunchError, match=r"x\.launch\.yaml, line"):
        plan(write(text))


def test_an_argument_given_wins_over_its_default(write: Write) -> None:
    file = write("launch:\n- arg: {name: a, default: x}\n- executable: {cmd: echo $(var a)}\n")
    assert plan(file).processes[0].command == ("echo", "x")
    assert plan(file, a="two words").processes[0].command == ("echo", "two words")


def test_an_argument_that_no_file_declares_is_refused(write: Write) -> None:
    file = write("launch:\n- arg: {name: seed, default: '1'}\n")
    with pytest.raises(LaunchError, match="no argument 'sead'; its arguments are: seed"):
        plan(file, sead="4")


def test_a_node_gets_its_parameters_remaps_namespace_and_arguments(write: Write) -> None:
    file = write("""
        launch:
          - set_parameter: {name: use_sim_time, value: "true"}
          - set_remap: {from: /tf, to: /unit/tf}
          - push_ros_namespace: {namespace: unit}
          - node:
              pkg: patrol
              exec: drone
              name: pilot
              namespace: air
              args: --verbose '--like this' $(env HOME)/a
              param:
                - {name: speed, value: "1.5"}
                - {name: label, value: "15", type: str}
                - name: wind
                  param: [{name: limit, value: 8}, {name: from, value: [1, 2.5]}]
                - {from: extra.yaml}
                - {name: speed, value: 2}
              remap: [{from: scan, to: /robot/scan}]
        """)
    (node,) = plan(file).processes
    command = list(node.command)
    assert command[1:6] == ["-m", "drone.node", "--verbose", "--like this", "/home/officer/a"]
    assert command[6:] == [
        *("--ros-args", "-r", "__node:=pilot", "-r", "__ns:=/unit/air"),
        *("-r", "/tf:=/unit/tf", "-r", "scan:=/robot/scan"),
    ]
    assert node.parameters == (
        {"use_sim_time": True},
        {"speed": 1.5, "label": "15", "wind": {"limit": 8, "from": [1.0, 2.5]}},
        Path("extra.yaml"),
        {"speed": 2},
    )


def test_a_group_keeps_its_changes_to_itself_and_an_include_does_not(write: Write) -> None:
    write("launch:\n- let: {name: a, value: from include}\n", "inner.launch.yaml")
    file = write("""
        launch:
          - let: {name: a, value: outside}
          - group:
              - let: {name: a, value: inside}
              - set_env: {name: E, value: inside}
              - executable: {cmd: in $(var a) $(env E)}
          - executable: {cmd: "after $(var a) $(env E none)"}
          - include: {file: $(dirname)/inner.launch.yaml}
          - executable: {cmd: end $(var a)}
          - group:
              scoped: false
              children: [{let: {name: a, value: leaked}}]
          - executable: {cmd: last $(var a)}
        """)
    assert [process.command[1:] for process in plan(file).processes] == [
        ("inside", "inside"),
        ("outside", "none"),
        ("from include",),
        ("leaked",),
    ]


def test_conditions_decide_what_is_started(write: Write) -> None:
    file = write("""
        launch:
          - arg: {name: drone, default: "true", choice: [{value: "true"}, {value: "false"}]}
          - executable: {cmd: fly, if: $(var drone)}
          - executable: {cmd: stay, unless: $(var drone)}
        """)
    assert [process.name for process in plan(file).processes] == ["fly"]
    assert [process.name for process in plan(file, drone="false").processes] == ["stay"]
    with pytest.raises(LaunchError, match="possible are: true, false"):
        plan(file, drone="perhaps")


def test_an_include_passes_arguments_and_refuses_unknown_ones(write: Write) -> None:
    write(
        "launch:\n- arg: {name: port, default: '1'}\n- executable: {cmd: use $(var port)}\n",
        "inner.launch.yaml",
    )
    good = write("launch:\n- include:\n    file: $(dirname)/inner.launch.yaml\n"
                 "    arg: [{name: port, value: '7'}]\n", "good.launch.yaml")  # fmt: skip
    assert plan(good).processes[0].command == ("use", "7")
    with pytest.raises(LaunchError, match="no argument 'port'"):
        plan(good, port="8")  # the include would override it
    bad = write("launch:\n- include:\n    file: $(dirname)/inner.launch.yaml\n"
                "    arg: [{name: prot, value: '7'}]\n", "bad.launch.yaml")  # fmt: skip
    with pytest.raises(LaunchError, match="has no argument 'prot'; its arguments are: port"):
        plan(bad)


def test_files_that_include_each_other_end_with_an_error(write: Write) -> None:
    file = write("launch:\n- include: {file: $(dirname)/x.launch.yaml}\n")
    with pytest.raises(LaunchError, match="includes inside one another"):
        plan(file)


def test_two_processes_of_one_name_get_two_names(write: Write) -> None:
    file = write("launch:\n- executable: {cmd: sleep 1}\n- executable: {cmd: sleep 2}\n")
    assert [process.name for process in plan(file).processes] == ["sleep", "sleep-2"]


class TestTheProjectsOwnFiles:
    """launch/*.launch.yaml start every executable there is, and mean what they say."""

    @pytest.fixture
    def everything(self, repository: Path) -> Plan:
        return make_plan(repository / "launch" / "all.launch.yaml", {}, {"HOME": "/"})

    def test_all_starts_every_executable(self, everything: Plan, repository: Path) -> None:
        """With a second drone, which has a process more, and two under the names of the first's."""
        file = repository / "launch" / "all.launch.yaml"
        two = make_plan(file, {"drones": "2"}, {"HOME": "/"})
        usual = {process.name for process in everything.processes}
        assert usual | {"gazebo_drone_bridge"} == set(own_executables())
        more = [process for process in two.processes if process.name not in usual]
        names = sorted(process.name for process in more)
        assert names == ["drone-2", "gazebo_drone_bridge", "simulated_autopilot-2"]
        assert {process.environment["ROS_DOMAIN_ID"] for process in more} == {"1"}

    def test_every_executable_names_a_module_that_exists(self, repository: Path) -> None:
        for executable in own_executables().values():
            path = repository / Path(*executable.module.split("."))
            assert path.with_suffix(".py").is_file(), executable

    def test_all_nodes_use_simulated_time_but_the_clocks_own_source(self, everything: Plan) -> None:
        for process in everything.processes:
            if process.is_node and process.name != "gazebo_bridge":
                values = {k: v for given in process.parameters if isinstance(given, dict)
                          for k, v in given.items()}  # fmt: skip
                assert values["use_sim_time"] is True, process.name

    def test_only_the_world_ends_the_run_and_is_not_restarted(self, everything: Plan) -> None:
        ending = {process.name for process in everything.processes if process.ends_launch}
        fixed = {process.name for process in everything.processes if not process.respawn}
        assert ending == fixed == {"gazebo_server"}

    def test_every_argument_says_what_it_is_for(self, repository: Path) -> None:
        for file in (repository / "launch").glob("*.launch.yaml"):
            for argument in declared_arguments(file):
                assert argument.description, (file, argument.name)

    def test_files_named_by_default_exist(self, everything: Plan) -> None:
        for process in everything.processes:
            for parameters in process.parameters:
                assert isinstance(parameters, dict)
                for name in ("site_file", "unit_config", "beats_dir"):
                    assert name not in parameters or Path(parameters[name]).exists()
