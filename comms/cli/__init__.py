"""The command line `patrol`: what the screens do, for a terminal and for scripts."""

from comms.cli.app import main

__all__ = ["main"]
