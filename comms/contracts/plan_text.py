"""The text of a QGroundControl `.plan`, fit to travel inside a task; what it says is the drone's
business."""

from __future__ import annotations

import json
from pathlib import Path

from comms.contracts.errors import FileError
from comms.contracts.json_text import parse_json
from comms.contracts.task import LONGEST_PLAN
from comms.contracts.text_file import read_text


def read_plan_text(path: Path) -> str:
    """The file as JSON without its line breaks and indents. Raises FileError: not JSON, no plan,
    too long."""
    document = parse_json(read_text(path), str(path))
    if not isinstance(document, dict) or document.get("fileType") != "Plan":
        raise FileError(str(path), 'this is no plan: it needs "fileType": "Plan"')
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    if len(text) > LONGEST_PLAN:
        why = f"its {len(text) // 1000} kB are more than the {LONGEST_PLAN // 1000} kB of a task"
        raise FileError(str(path), f"{why}; give it in parts")
    return text
