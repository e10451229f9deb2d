"""Where to fly: one small class per flight mode, and the mission."""
