"""Remote identification: what ASTM F3411 and EN 4709-002 want told, and whether it is told."""
