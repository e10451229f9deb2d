"""Gazebo itself: its transport, the process that runs it, and the robot's motor firmware."""
