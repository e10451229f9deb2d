"""The ground robot: where am I, how do I get there, may I move, what am I doing."""
