"""The autopilot's voice: pymavlink messages over its own UDP socket."""
