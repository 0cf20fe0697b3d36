"""Webhooks of amoCRM: which a change causes, how they look, and how they travel."""
