"""The user's cache: pieces keyed by what they are made from.

A piece is a folder `<name>-<key>`. It counts only when its mark `.complete` is there, which is
written last; a folder without it is what an interrupted set-up left, and is made anew. So nothing
is ever half-installed, and a piece can hold absolute paths (a Python environment must).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from patrol_setup.console import step

MARK = ".complete"
UNUSED_DAYS = 30


def cache_dir() -> Path:
    """The folder of this project's cache for this user."""
    given = os.environ.get("PATROL_CACHE")
    if given:
        return Path(given).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "patrol"


def content_key(parts: Iterable[str | bytes | Path]) -> str:
    """A short key of texts and files; a folder counts with all its files and their names."""
    digest = hashlib.sha256()
    for part in parts:
        for piece in _bytes_of(part):
            digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()[:12]


def is_complete(folder: Path) -> bool:
    """Whether the piece is whole and was made at this very place."""
    mark = folder / MARK
    return mark.is_file() and mark.read_text(encoding="utf-8") == str(folder)


def make_piece(folder: Path, title: str, usual: str, build: Callable[[Path], None]) -> Path:
    """The piece in `folder`, built by `build(folder)` where it is not there yet."""
    if is_complete(folder):
        os.utime(folder / MARK)  # in use; see `prune`
        return folder
    with step(title, usual):
        remove_tree(folder)
        folder.mkdir(parents=True)
        build(folder)
        (folder / MARK).write_text(str(folder), encoding="utf-8")
    return folder


def prune(cache: Path) -> list[Path]:
    """Remove pieces that no clone's set-up has used for a month; returns them.

    A clone that does need one after all gets it made again by its next `make`.
    """
    oldest = time.time() - UNUSED_DAYS * 86_400
    unused = [mark.parent for mark in cache.glob(f"*-*/{MARK}") if mark.stat().st_mtime < oldest]
    for folder in unused:
        (folder / MARK).unlink()
        remove_tree(folder)
    return unused


def remove_tree(folder: Path) -> None:
    """Remove a folder, also one with read-only parts."""
    if not folder.exists():
        return
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink() and not os.access(path, os.W_OK):
            path.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def locked(cache: Path) -> Iterator[None]:
    """Hold the cache: a second set-up of the same user waits for the first to end."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(
                "* another set-up is running for this user; waiting for it to end ...", flush=True
            )
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bytes_of(part: str | bytes | Path) -> Iterator[bytes]:
    if isinstance(part, bytes):
        yield part
    elif isinstance(part, str):
        yield part.encode()
    elif part.is_dir():
        for path in sorted(part.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path.relative_to(part)).encode()
                yield path.read_bytes()
    else:
        yield part.read_bytes()
