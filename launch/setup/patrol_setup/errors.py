"""What set-up says when it cannot go on."""

from __future__ import annotations


class SetupError(Exception):
    """One clear sentence: what is missing, and what to do about it."""
