"""The command centre: services for units and people, the store, and the screens."""
