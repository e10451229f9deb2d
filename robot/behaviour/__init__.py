"""What the robot does: tasks as behaviour trees, one at a time, none lost; and its voice."""
