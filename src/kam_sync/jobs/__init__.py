"""The door for time: when work is due, and who does it until it is done."""
