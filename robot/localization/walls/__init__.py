"""Where the robot is by the walls that its lidar sees, with the site's building outlines as map."""
