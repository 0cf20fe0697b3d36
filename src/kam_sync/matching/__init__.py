"""Which companies of many CRMs are one customer: read, compared and judged, with the evidence."""
