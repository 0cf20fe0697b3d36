"""Room 3, kpi: what we measure of an account."""
