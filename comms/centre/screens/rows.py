"""A list on a page whose lines are changed in place, so that a press never loses its button.

A list that is drawn anew takes the button away between a person's press and release, and the press
is lost. Here a line lives as long as its subject: it is made once, told what is new, moved, and in
the end removed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from nicegui.element import Element

Item = TypeVar("Item", contravariant=True)
Shown = TypeVar("Shown")


class Row(Protocol[Item]):
    """One line. `root` is the element that holds all of it."""

    @property
    def root(self) -> Element: ...

    def show(self, item: Item) -> None: ...


class Rows(Generic[Shown]):
    """The lines in `container`, by key. `make` builds the line of a new key where it is called."""

    def __init__(self, container: Element, make: Callable[[Shown], Row[Shown]]) -> None:
        self.container, self._make = container, make
        self._rows: dict[str, Row[Shown]] = {}
        self._order: list[str] = []

    def show(self, items: Sequence[tuple[str, Shown]]) -> None:
        """Have exactly these lines, in this order."""
        wanted = [key for key, _ in items]
        for key in [key for key in self._order if key not in set(wanted)]:
            self._rows.pop(key).root.delete()
            self._order.remove(key)
        for place, (key, item) in enumerate(items):
            row = self._rows.get(key)
            if row is None:
                with self.container:
                    row = self._rows[key] = self._make(item)
                self._order.append(key)
            row.show(item)
            if self._order[place] != key:
                row.root.move(self.container, target_index=place)
                self._order.remove(key)
                self._order.insert(place, key)
