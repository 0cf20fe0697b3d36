"""Who may what: people, their log-ins, keys of programs, and what a role lets them see and do."""
