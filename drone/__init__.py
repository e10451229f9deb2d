"""The aircraft: autopilot link, airspace, missions, pre-flight and the execution of flights.

Only `node.py` knows ROS and only `link/` knows MAVSDK; everything between is plain Python.
"""
