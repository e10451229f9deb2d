"""The unit's YAML as a whole: every parameter explained, every slip named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from comms.cli.app import main
from patrol_launch.unit_file import SECTIONS, as_yaml, model_of, read_sections


def parameters(model: type[BaseModel], place: str) -> Iterator[tuple[str, str | None]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from parameters(kind, f"{place}.{name}")
        else:
            yield f"{place}.{name}", field.description


def test_every_parameter_of_the_unit_has_a_meaning() -> None:
    every = [p for section in SECTIONS for p in parameters(model_of(section), section)]
    assert len(every) > 150
    assert [place for place, meaning in every if not meaning] == []


def test_what_is_shown_is_a_file_that_means_the_same(tmp_path: Path) -> None:
    file = tmp_path / "unit.yaml"
    file.write_text("\n".join(as_yaml(read_sections(""))))
    assert read_sections(str(file)) == read_sections("")


def test_what_a_file_changes_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "unit.yaml"
    file.write_text("navigation: {cruise_mps: 0.8}\nrobot_body: {camera: {rate_hz: 8}}")
    assert main(["config", "show", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    marked = [n for n, line in enumerate(lines) if "# changed" in line]
    assert [lines[n + 1].strip() for n in marked] == ["rate_hz: 8.0", "cruise_mps: 0.8"]
    assert "the default is 1.0" in lines[marked[1]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("navigaton: {cruise_mps: 1}", "the section 'navigaton' is not known; did you mean"),
        ("navigation: {cruise_mps: 9}", "navigation.cruise_mps: Input should be less than or"),
        ("safety: {stop: 1}", "safety.stop: Extra inputs are not permitted"),
        ("[1, 2]", "the file must be a mapping of sections"),
    ],
)
def test_a_slip_is_one_sentence_with_its_place(
    text: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "unit.yaml"
    file.write_text(text)
    assert main(["config", "check", str(file)]) == 1
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert "unit.yaml" in said
    assert sentence in said
