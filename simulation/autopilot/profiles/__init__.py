"""How a make of autopilot behaves outside: its mode numbers, parameters, texts, refusals."""
