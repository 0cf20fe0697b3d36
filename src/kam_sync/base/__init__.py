"""The ground every room stands on: settings, database, clock, errors, log."""
