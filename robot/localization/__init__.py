"""Where am I: wheels, IMU and GNSS become one pose in `map`, with an honest covariance."""
