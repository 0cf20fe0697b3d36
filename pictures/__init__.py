"""Walks through all pages of a running installation and takes their pictures."""
