"""Which kind of finding a detector's class belongs to. Kinds are what officers and screens speak
of."""

from __future__ import annotations

PERSON = "person"
VEHICLE = "vehicle"
ANIMAL = "animal"
KINDS = (PERSON, VEHICLE, ANIMAL)

_KIND_OF: dict[str, str] = {
    "person": PERSON,
    "bicycle": VEHICLE,
    "car": VEHICLE,
    "motorcycle": VEHICLE,
    "bus": VEHICLE,
    "truck": VEHICLE,
    "train": VEHICLE,
    "boat": VEHICLE,
    "dog": ANIMAL,
    "cat": ANIMAL,
    "horse": ANIMAL,
    "sheep": ANIMAL,
    "cow": ANIMAL,
}

#: Vehicles that carry a number plate.
WITH_PLATE = frozenset({"car", "motorcycle", "bus", "truck"})


def kind_of(label: str) -> str | None:
    """The kind of the class `label`, or None when it is none of ours."""
    return _KIND_OF.get(label)


def classes_of(kind: str) -> frozenset[str]:
    """The classes of the kind."""
    return frozenset(label for label, other in _KIND_OF.items() if other == kind)
