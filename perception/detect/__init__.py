"""Detectors: pictures in, boxes out. One file each, all with the same `detect`."""
