"""Tables as files: every table of the pages as CSV and as XLSX, all its rows."""
