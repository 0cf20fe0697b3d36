"""The room beside the row that lays data open to analysts: views, who reads them, files."""
