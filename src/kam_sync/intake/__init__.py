"""Room 1, intake: the connected CRMs, and what they sent, kept as it came."""
