"""Room 4, drift: what has moved away from its baseline."""
