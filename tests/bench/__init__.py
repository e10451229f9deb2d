"""Benchmarks: each part against a named peer, both measured in the same run on the same input."""
