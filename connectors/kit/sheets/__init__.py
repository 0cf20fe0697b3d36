"""Reads tables that people keep in files: CSV, XLSX and Parquet, line by line with flat memory."""

from connectors.kit.sheets.line import BadSheet, Line
from connectors.kit.sheets.reading import lines, rows

__all__ = ["BadSheet", "Line", "lines", "rows"]
