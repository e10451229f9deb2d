"""The robot's voice: what can be said, by whom, and what is said when it cannot."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest

from robot.behaviour.config import Engine, LoudspeakerConfig
from robot.behaviour.loudspeaker import (
    EspeakVoice,
    LogVoice,
    NoVoice,
    SilentError,
    check,
    voice_for,
)


@pytest.mark.parametrize(
    ("text", "language", "sentence"),
    [
        ("  ", "en", "there is nothing to say"),
        ("a" * 501, "en", "501 characters, at most 500"),
        ("hello", "tlh", "the language 'tlh' is not known; use zh-CN, en"),
    ],
)
def test_what_cannot_be_said_is_refused_with_a_sentence(
    text: str, language: str, sentence: str
) -> None:
    with pytest.raises(SilentError, match=sentence):
        check(text, language)


def test_a_phrase_in_chinese_can_be_said() -> None:
    check("请照看好随身物品。", "zh-CN")


def test_in_simulated_time_the_log_speaks_and_takes_as_long_as_speaking() -> None:
    voice = voice_for(LoudspeakerConfig(), simulated=True)
    assert isinstance(voice, LogVoice)
    begun = time.monotonic()
    voice.say("ten letters", "en")
    assert 1.5 < time.monotonic() - begun < 4.0


def test_a_voice_that_is_hushed_stops_in_the_middle() -> None:
    voice = LogVoice()
    threading.Timer(0.2, voice.hush).start()
    begun = time.monotonic()
    voice.say("a very long phrase that would take many seconds", "en")
    assert time.monotonic() - begun < 2.0


def test_on_a_robot_without_a_speech_program_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    voice = voice_for(LoudspeakerConfig(), simulated=False)
    assert isinstance(voice, NoVoice)
    with pytest.raises(SilentError, match="install espeak-ng"):
        voice.say("hello", "en")


def program(folder: Path, ends_with: str) -> EspeakVoice:
    """espeak-ng's place taken by a script that writes down what it was given."""
    script = folder / "espeak-ng"
    script.write_text(f'#!/bin/sh\necho "$@" > {folder}/said\ncat >> {folder}/said\n{ends_with}\n')
    script.chmod(0o755)
    return EspeakVoice(str(script), LoudspeakerConfig(engine=Engine.ESPEAK, words_per_minute=120))


def test_the_speech_program_gets_voice_speed_and_text(tmp_path: Path) -> None:
    program(tmp_path, "exit 0").say("您好", "zh-CN")
    said = (tmp_path / "said").read_text()
    assert "-v cmn" in said
    assert "-s 120" in said
    assert said.endswith("您好")


def test_a_speech_program_that_fails_is_quoted(tmp_path: Path) -> None:
    voice = program(tmp_path, "echo 'no sound device' >&2; exit 1")
    with pytest.raises(SilentError, match="could not speak: no sound device"):
        voice.say("hello", "en")
