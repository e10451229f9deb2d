"""The Gazebo world, generated from a site and the vehicles' bodies. Needs no Gazebo."""
