"""Tracking: which box is the same thing as in the frame before, within one camera."""
