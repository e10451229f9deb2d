"""Set-up: makes, once per user, everything the project needs beside its own files.

Standard library only, since it runs before anything is installed. What it makes lies in the user's
cache, keyed by content, so that a second clone is ready in a moment.
"""
