"""A fake of a drone autopilot: MAVLink outside, a real cascaded flight controller inside."""
