"""Personal data: what is kept and why, for how long, who looked at it, and who was erased."""
