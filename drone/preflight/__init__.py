"""The pre-flight list: what must be right before the drone may arm, line by line, and why."""
