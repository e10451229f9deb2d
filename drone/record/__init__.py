"""The flight log: one MCAP file for each part of a flight, and a page that shows the flight."""
