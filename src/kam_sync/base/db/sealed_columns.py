"""Whether stored secrets can still be opened, in whatever table they are."""

from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

_COLUMNS = sa.text("""
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND column_name LIKE 'sealed%'
        AND data_type IN ('text', 'character varying') ORDER BY 1, 2
""")


def lost_secrets(session: Session, opens: Callable[[str], bool]) -> Counter[str]:
    """How many secrets of which table do not open."""
    lost: Counter[str] = Counter()
    for table, column in session.execute(_COLUMNS).all():
        text: sa.ColumnClause[str] = sa.column(column)
        texts = sa.select(text).select_from(sa.table(table)).where(text != "")
        for sealed in session.scalars(texts):
            lost[table] += not opens(sealed)
    return +lost
