"""On the unit: ROS 2 on one side, the command centre on the other, and a disk in between."""
