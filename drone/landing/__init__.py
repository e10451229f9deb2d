"""Landing on the kiosk's board by the drone's own camera."""
