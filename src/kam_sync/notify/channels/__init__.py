"""The ways in which people are told, one file each."""
