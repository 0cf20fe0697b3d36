"""Lists of texts as PostgreSQL writes them: the driver does it too, in many times the time."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

LISTED = "unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)"
"""The records that `listed` names, as a query joins them."""


def as_array(texts: Iterable[str]) -> str:
    """Each in quotes, so that nothing in it means anything."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def listed(keys: Iterable[tuple[int, str]]) -> dict[str, str]:
    """Records by source and id, as the two arrays that `LISTED` joins."""
    kept = list(keys)
    return {
        "sources": as_array(str(source) for source, _ in kept),
        "ids": as_array(key for _, key in kept),
    }


def is_among(column: Any, texts: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a column holds one of the texts, however many they are."""
    array = sa.cast(sa.literal(as_array(texts), sa.String), sa.ARRAY(sa.String))
    found: sa.ColumnElement[bool] = column == sa.func.any(array)
    return found
