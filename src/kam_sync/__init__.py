"""kam_sync: key accounts out of many CRMs in one store, measured, watched and told about."""

__version__ = "0.1.0"
