"""What stands and what is closed in the air over a site, and ways around and over it."""
