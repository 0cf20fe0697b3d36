"""Small CRM servers over real HTTP with made-up companies, for the demo, tests and benchmarks."""
