"""Room 5, alerts: what a person should know."""
