"""Findings: what of all that is seen is news, since when, and when it is over."""
