"""Takes what a pattern finds out of texts in a table, whatever column they stand in."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

GONE = "…"


def mask(
    session: Session,
    table: sa.Table,
    columns: Sequence[str],
    pattern: str,
    which: sa.ColumnElement[bool] | None = None,
) -> int:
    """Put an ellipsis in the place of what the pattern finds; how many rows had any.

    Within JSON the pattern must find nothing but parts of texts.
    """
    found = [sa.cast(table.c[name], sa.Text).regexp_match(pattern, flags="i") for name in columns]
    values: Mapping[str, Any] = {
        name: sa.cast(
            sa.func.regexp_replace(sa.cast(table.c[name], sa.Text), pattern, GONE, "gi"),
            table.c[name].type,
        )
        for name in columns
    }
    changed = sa.update(table).where(sa.or_(*found)).values(values)
    if which is not None:
        changed = changed.where(which)
    return len(session.execute(changed.returning(sa.literal(1))).all())
