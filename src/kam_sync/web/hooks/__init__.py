"""The door for CRMs: takes webhooks, and answers once they are kept."""
