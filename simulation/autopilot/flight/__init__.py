"""The flying itself: physics behind one interface, and the cascade position, velocity, attitude,
rate, mixer."""
