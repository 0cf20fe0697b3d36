"""A mapping as people write it in YAML; what is wrong in it is told with its line."""

from pydantic import ValidationError

from connectors.kit import wrongs
from connectors.kit.columns.table_map import TableMap
from connectors.kit.columns.tables import Table
from connectors.kit.door import Spoken
from connectors.kit.plain_yaml import BadYaml, load


class BadMap(ValueError):
    """A mapping that cannot be used; a line for each thing that is wrong, in both languages."""


def read_map(text: str, table: Table) -> TableMap:
    """The mapping of a table. Raises BadMap."""
    try:
        data, marks = load(text)
    except BadYaml as error:
        raise BadMap(*error.args) from error
    if not isinstance(data, dict):
        raise BadMap(Spoken("this is no mapping", "это не разметка"))
    try:
        made = TableMap.model_validate({"table": table.name, **data})
    except ValidationError as error:
        raise BadMap(wrongs.lines(marks, error, TableMap)) from error
    if made.what != table:
        raise BadMap(
            Spoken(
                f"this is a mapping of {made.table}, not of {table.name}",
                f"это разметка для {made.table}, а не для {table.name}",
            )
        )
    if made.misread:
        raise BadMap(wrongs.listed(marks, made.misread))
    return made
