"""A text file of somebody else's as characters, whatever program wrote it.

UTF-8 with or without a byte order mark, UTF-16 and UTF-32 with one, and GB 18030 (which holds GBK
and GB 2312), as Chinese editors and spreadsheets still save by default.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from comms.contracts.errors import FileError

# The mark of UTF-32 begins with that of UTF-16, so it is asked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_USUAL_SHARE = 0.9


def read_text(path: str | Path) -> str:
    """The characters of a file. Raises FileError: not there, a folder, no text."""
    name = str(path)
    try:
        data = Path(name).read_bytes()
    except FileNotFoundError:
        raise FileError(name, "there is no such file") from None
    except IsADirectoryError:
        raise FileError(name, "this is a folder; a file is needed") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileError(name, f"it cannot be read: {why}") from None
    if not data.strip():
        raise FileError(name, "the file is empty")
    if data.startswith(b"PK\x03\x04"):
        raise FileError(name, "this is a ZIP archive (a KMZ is one too); unpack it and give a file")
    encoding = next((one for mark, one in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        chinese = _as_chinese(data)
        if chinese is not None:
            return chinese
        said = "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte {error.start} is not {said} text; save the file as UTF-8"
        raise FileError(name, what, f"line {line}") from None


def _as_chinese(data: bytes) -> str | None:
    """The text if the bytes are GB 18030, else None.

    Western one-byte text often decodes as GB 18030 too, but into rare characters; Chinese text is
    mostly made of those that GB 2312 has.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in text if ord(character) > 127]
    usual = sum(bool(character.encode("gb2312", "ignore")) for character in foreign)
    return text if usual >= _USUAL_SHARE * len(foreign) else None
