"""Room 2, accounts: many CRMs, one account."""
