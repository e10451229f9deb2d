"""What everyone agrees on (contracts, interfaces) and how it travels (bridge, centre)."""
