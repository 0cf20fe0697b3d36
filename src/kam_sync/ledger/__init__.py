"""The reconciliation ledger: what we have beside what the CRM has, and since when they differ."""
