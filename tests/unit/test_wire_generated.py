"""The committed code of the protos is what the protos give."""

from __future__ import annotations

from pathlib import Path

from comms.wire.generate import GENERATED, generate


def test_generating_again_gives_the_committed_files(tmp_path: Path) -> None:
    made = generate(tmp_path)
    assert len(made) >= 9
    for path in made:
        committed = GENERATED / path.relative_to(tmp_path)
        assert committed.read_text("utf-8") == path.read_text("utf-8"), (
            f"{committed.name} is old: run python -m comms.wire.generate"
        )
