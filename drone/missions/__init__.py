"""From a task to a flight plan, and from a plan to what an autopilot is sent."""
