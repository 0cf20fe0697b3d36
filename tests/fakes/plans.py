"""How the database would answer a query of ours, were there so much that it shuns whole tables."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from kam_sync.base.db import Session


def plan_of(session: Session, work: Callable[[], object], names: str) -> str:
    """The plan of the only query of some work that names something."""
    said: list[tuple[str, Any]] = []
    connection = session.connection()
    sa.event.listen(
        connection, "before_cursor_execute", lambda *told: said.append((told[2], told[3]))
    )
    work()
    ((query, values),) = [one for one in said if names in one[0]]
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    return "\n".join(connection.exec_driver_sql(f"EXPLAIN {query}", values).scalars())
