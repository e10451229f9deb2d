"""Whole runs of the unit in simulation: started as a user starts them, judged by Gazebo's truth."""
