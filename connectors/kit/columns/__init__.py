"""Tables that are given to us: what there is to give, and which column holds what."""

from connectors.kit.columns.clients import Client
from connectors.kit.columns.guessing import Draft, guess
from connectors.kit.columns.reading import Taken, given, take
from connectors.kit.columns.table_map import TableMap
from connectors.kit.columns.tables import TABLES, Table, table_named

__all__ = [
    "TABLES", "Client", "Draft", "Table", "TableMap", "Taken", "given", "guess", "table_named",
    "take",
]  # fmt: skip
