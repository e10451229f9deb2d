"""From a box in a picture to a place on the map, with an honest covariance."""
