"""How ROS 2 carries a camera's pictures between processes without losing two of three.

Fast DDS reads its profile from a file that an environment variable names, when the first
participant is made. A user's own profile, or another middleware, is left alone.
"""

from __future__ import annotations

import os
from pathlib import Path

PROFILE = Path(__file__).with_name("fastdds_profile.xml")


def use_transport_profile() -> None:
    """To be called before rclpy.init(), by whatever sends or receives pictures."""
    os.environ.setdefault("FASTDDS_DEFAULT_PROFILES_FILE", str(PROFILE))
