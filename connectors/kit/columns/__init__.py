"""Tables that are given to us: what there is to give, and which column holds what."""

from connectors.kit.columns.clients import Client, client_with
from connectors.kit.columns.guessing import Draft, guess
from connectors.kit.columns.reading import (
    Taken,
    again,
    client_of,
    given,
    given_fields,
    is_row,
    take,
)
from connectors.kit.columns.table_map import TableMap
from connectors.kit.columns.tables import TABLES, Table, table_named
from connectors.kit.columns.written import BadMap, read_map

__all__ = [
    "TABLES", "BadMap", "Client", "Draft", "Table", "TableMap", "Taken", "again", "client_of",
    "client_with", "given", "given_fields", "guess", "is_row", "read_map", "table_named", "take",
]  # fmt: skip
