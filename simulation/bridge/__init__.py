"""From Gazebo's topics to standard ROS 2 ones and back: the simulated unit's drivers."""
