"""An XML file of somebody else's, read without the dangers of XML.

A document type is refused, and with it every entity (billions of laughs, files read from outside);
GPX and KML have none. Names come without their namespaces, about which programs disagree; those of
our own namespace begin with `patrol:`.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from comms.contracts.errors import FileError
from comms.contracts.text_file import read_text

OURS = "urn:patrol:beat:1"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


class _DoctypeError(Exception):
    """Raised as soon as a document type begins, before any entity can be used."""


class _Plain(TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise _DoctypeError


def read_xml(path: str | Path, root: str) -> Element:
    """The root element, which must be called `root`. Raises FileError with line and column."""
    name = str(path)
    text = _DECLARATION.sub("", read_text(name), count=1)  # it is characters already
    parser = XMLParser(target=_Plain())
    try:
        parser.feed(text)
        tree = parser.close()
    except ParseError as error:
        line, column = error.position
        what = str(error).split(":")[0]
        place = f"line {line}, column {column + 1}"
        raise FileError(name, f"this is not XML: {what}", place) from None
    except _DoctypeError:
        raise FileError(name, "it has a DOCTYPE, which is refused; take that line away") from None
    except (ValueError, RecursionError) as error:
        raise FileError(name, f"this is not XML: {error}") from None
    for element in tree.iter():
        if isinstance(element.tag, str):
            space, _, local = element.tag.rpartition("}")
            element.tag = f"patrol:{local}" if space == "{" + OURS else local
    if tree.tag != root:
        raise FileError(name, f"its root is <{tree.tag}>, a <{root}> is needed")
    return tree


def text_of(element: Element, child: str) -> str:
    """The text of a child, without the white space around; "" if it is not there."""
    return (element.findtext(child) or "").strip()
