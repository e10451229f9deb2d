"""People in the world: what the lidar sees of them, and telling them to step somewhere."""
