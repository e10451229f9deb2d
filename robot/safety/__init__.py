"""May I move: the collision monitor, the only one that commands the base."""
