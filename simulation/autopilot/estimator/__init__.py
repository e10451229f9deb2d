"""What the autopilot believes: noisy position, battery, health, home."""
