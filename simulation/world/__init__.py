"""The Gazebo world, generated from a site and the vehicles' bodies. Plain Python; needs no Gazebo."""
