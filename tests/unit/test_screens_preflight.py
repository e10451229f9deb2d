"""The pre-flight list on the screens: every line has words in both languages, and its colour."""

from __future__ import annotations

import re

import pytest

from comms.centre.screens.preflight_list import line_name, state_of
from comms.wire import types_pb2
from drone.config import DroneConfig
from drone.link.state import VehicleView
from drone.link.statustext import StatusTexts
from drone.preflight.checks import Situation, preflight

NAMES = [i.name for i in preflight(VehicleView(), StatusTexts(), DroneConfig(), Situation())]


@pytest.mark.parametrize("name", NAMES)
def test_every_line_has_a_name_in_both_languages(name: str) -> None:
    english, chinese = line_name(name, "en"), line_name(name, "zh-CN")
    assert re.fullmatch(r"[A-Z][a-z -]+", english), english
    assert re.search(r"[\u4e00-\u9fff]", chinese), chinese


def test_a_line_of_a_newer_drone_is_shown_as_it_is() -> None:
    assert line_name("tether", "zh-CN") == "tether"


@pytest.mark.parametrize(
    ("fields", "colour"),
    [({"ok": True}, "positive"), ({"ok": True, "caution": True}, "warning"), ({}, "negative")],
)
def test_its_colour_says_how_it_stands(fields: dict[str, bool], colour: str) -> None:
    assert state_of(types_pb2.PreflightItem(name="pad", **fields))[1] == colour
