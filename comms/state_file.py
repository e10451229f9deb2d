"""A process's memory on disk: one small JSON file of one pydantic model.

It is written whole and swapped in, so that a kill at any moment leaves the old one or the new one.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from comms.logs import get_logger

Model = TypeVar("Model", bound=BaseModel)


def read_state(path: Path, model: type[Model]) -> Model:
    """What `path` holds; an empty `model` when there is none. A file that cannot be read is put
    aside as `<name>.broken.json` and said in the log.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return model()
    except ValidationError as error:
        aside = path.with_suffix(".broken.json")
        path.replace(aside)
        get_logger().error(
            "a state file cannot be read and is put aside",
            file=str(aside),
            why=str(error.errors()[0]["msg"]),
        )
        return model()


def write_state(path: Path, state: BaseModel) -> None:
    """Replace `path`; on return it is on the disk."""
    write_whole(path, state.model_dump_json().encode())


def write_whole(path: Path, content: bytes) -> None:
    """The same for any content. Raises OSError."""
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """The new name is on the disk, too; a file system that cannot do that keeps names itself."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
