"""The autopilot link: the only place that knows MAVSDK. All else sees the types of `state`."""
