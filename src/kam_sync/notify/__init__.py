"""Room 6, notify: who is told, and where."""
