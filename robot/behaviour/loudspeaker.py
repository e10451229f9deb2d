"""The robot's voice: espeak-ng where it is installed. In simulated time a FAKE writes to the log
instead, and takes as long as speaking would.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from typing import Protocol

from comms.contracts.errors import ContractError
from comms.logs import get_logger
from robot.behaviour.config import Engine, LoudspeakerConfig

VOICES = {"zh-CN": "cmn", "en": "en"}
_MAX_CHARACTERS = 500


class SilentError(ContractError):
    """Nothing was said; the message says why."""


class Voice(Protocol):
    def say(self, text: str, language: str) -> None:
        """Return when it has been said. Raises SilentError."""

    def hush(self) -> None:
        """End what is being said, from another thread."""


class EspeakVoice:
    """Speaks with the program espeak-ng on the system's default sound device."""

    def __init__(self, program: str, config: LoudspeakerConfig) -> None:
        self._program = program
        self._config = config
        self._speaking: subprocess.Popen[str] | None = None

    def say(self, text: str, language: str) -> None:
        command = [self._program, "-v", VOICES[language], "-s", str(self._config.words_per_minute)]
        command += ["-a", str(self._config.amplitude), "--stdin"]
        pipe = subprocess.PIPE
        try:
            self._speaking = subprocess.Popen(
                command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, text=True
            )
        except OSError as error:
            raise SilentError(f"{self._program} cannot be started: {error}") from None
        _, complaint = self._speaking.communicate(text)
        status, self._speaking = self._speaking.returncode, None
        if status != 0:
            last = (complaint.strip().splitlines() or ["no sound device?"])[-1]
            raise SilentError(f"espeak-ng could not speak: {last}")

    def hush(self) -> None:
        if self._speaking is not None:
            self._speaking.terminate()


class LogVoice:
    """A FAKE voice for the simulation: the phrase goes into the log, and takes its time."""

    SECONDS_EACH = 0.2

    def __init__(self) -> None:
        self._hushed = threading.Event()

    def say(self, text: str, language: str) -> None:
        get_logger().info("says", text=text, language=language)
        self._hushed.wait(min(10.0, self.SECONDS_EACH * len(text)))

    def hush(self) -> None:
        self._hushed.set()


class NoVoice:
    """There is nothing to speak with."""

    def say(self, text: str, language: str) -> None:
        raise SilentError("there is no speech program: install espeak-ng")

    def hush(self) -> None:
        """Nothing is being said."""


def voice_for(config: LoudspeakerConfig, *, simulated: bool) -> Voice:
    """The voice that `config` asks for."""
    program = shutil.which("espeak-ng")
    if config.engine is Engine.LOG or (config.engine is Engine.AUTO and simulated):
        return LogVoice()
    return EspeakVoice(program, config) if program else NoVoice()


def check(text: str, language: str) -> None:
    """Raises SilentError with one sentence when this cannot be said."""
    if not text.strip():
        raise SilentError("there is nothing to say")
    if len(text) > _MAX_CHARACTERS:
        raise SilentError(f"the phrase has {len(text)} characters, at most {_MAX_CHARACTERS}")
    if language not in VOICES:
        raise SilentError(f"the language {language!r} is not known; use {', '.join(VOICES)}")
