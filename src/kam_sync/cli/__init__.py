"""The command line: the door for ops and scripts."""
