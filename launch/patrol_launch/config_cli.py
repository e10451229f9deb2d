"""`patrol config show|check`: the unit's YAML file, with the meaning of every parameter."""

from __future__ import annotations

from typing import Annotated

import typer

from patrol_launch.unit_file import as_yaml, read_sections

app = typer.Typer(help="The unit's configuration.", no_args_is_help=True)


@app.callback()
def config() -> None:
    """The unit's configuration."""


@app.command()
def show(
    file: Annotated[str, typer.Argument(help="the unit's YAML; none: the defaults")] = "",
    section: Annotated[str, typer.Option(help="only this section")] = "",
) -> None:
    """Every parameter with its unit, limits, value and meaning. What is printed is such a file."""
    sections = read_sections(file)
    if section and section not in sections:
        raise typer.BadParameter(f"there are: {', '.join(sections)}", param_hint="--section")
    chosen = {section: sections[section]} if section else sections
    typer.echo("\n".join(as_yaml(chosen)).rstrip())


@app.command()
def check(file: Annotated[str, typer.Argument(help="the unit's YAML")]) -> None:
    """Whether a file is right; else one sentence that says where it is not."""
    read_sections(file)
    typer.echo(f"{file} is right")
