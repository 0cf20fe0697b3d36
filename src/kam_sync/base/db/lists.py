"""Lists of texts as PostgreSQL writes them: the driver does it too, in many times the time."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa


def as_array(texts: Iterable[str]) -> str:
    """Each in quotes, so that nothing in it means anything."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def is_among(column: Any, texts: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a column holds one of the texts, however many they are."""
    array = sa.cast(sa.literal(as_array(texts), sa.String), sa.ARRAY(sa.String))
    found: sa.ColumnElement[bool] = column == sa.func.any(array)
    return found
