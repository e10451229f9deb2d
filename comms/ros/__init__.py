"""The ROS side of the contracts: starting a node, QoS, images, frames, messages to plain types."""
