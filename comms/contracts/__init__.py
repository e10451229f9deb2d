"""Plain data types, geodesy and file readers. Knows nothing of ROS, gRPC or any other room."""
