"""The stabilised camera mount: where it points, and its joints in Gazebo."""
