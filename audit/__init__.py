"""Looks at what we build upon: known holes, and licences."""
