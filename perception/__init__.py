"""Perception: pictures in, findings out. Detect, track, locate, judge, blur. Knows the contracts
only."""
