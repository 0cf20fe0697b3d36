"""Has the views, and the role that SQL of own KPIs runs as, as they are to be at each start."""

from zoneinfo import ZoneInfo

import structlog

from kam_sync.base.db import Database
from kam_sync.base.db.roles import RoleState, prepare_role, role_sql
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.kpi.registry import KPIS, OURS
from kam_sync.kpi.store.alone import ROLE
from kam_sync.open_data.store import VIEWS, MakingStore, NoRight, ReaderStore

_log = structlog.get_logger("kam_sync.open_data")


def keep_role(database: Database, *, is_needed: bool) -> None:
    """Make the role that SQL of own KPIs runs as; say what to do where that cannot be.

    Args:
        is_needed: False where ops let such SQL run as the service.
    """
    state = prepare_role(database, ROLE)
    if state is not RoleState.USABLE and is_needed and KPIS.keys() - OURS.keys():
        _log.warning(
            "own KPIs are not measured", role=ROLE, state=state.value,
            an_administrator_runs=role_sql(database, ROLE), advice="docs/own-kpis.md",
        )  # fmt: skip


def keep_views(database: Database, zone: ZoneInfo) -> bool:
    """Make the views anew where they differ.

    Without the right to, the service goes on without; where somebody reads them for long, or stands
    upon one, they stay as they were until the next start.

    Returns:
        whether they are as they are to be.
    """
    try:
        with database.transaction() as session:
            MakingStore(session).keep(VIEWS, zone, KPIS)
            ReaderStore(session).let_in()
    except NoRight as error:
        _log.warning("no open data", message=str(error), advice="docs/open-data.md, Rights")
        return False
    except DatabaseTrouble as error:
        _log.warning("open data stays as it was", message=str(error))
        return False
    return True
