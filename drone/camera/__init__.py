"""The drone's camera outside of missions: where it looks."""
