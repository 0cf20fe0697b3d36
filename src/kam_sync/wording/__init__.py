"""What is said in both languages outside the pages, too: numbers, alerts, tasks in CRMs."""
