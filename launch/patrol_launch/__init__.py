"""A small runner for ROS 2's YAML launch files, for machines where ROS 2's own `launch` is missing.

The same files run with `ros2 launch` where ROS 2 is installed. What a file says that this runner
does not know is an error that names the file, the line and the key; nothing is ignored.
"""

from patrol_launch.errors import LaunchError, LaunchFileError
from patrol_launch.session import LaunchSession

__all__ = ["LaunchError", "LaunchFileError", "LaunchSession"]
