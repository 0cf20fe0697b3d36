"""Has the views of open data as they are to be, whenever the services are opened."""

from zoneinfo import ZoneInfo

import structlog

from kam_sync.base.db import Database
from kam_sync.kpi.registry import KPIS
from kam_sync.open_data.store import VIEWS, MakingStore, NoRight

_log = structlog.get_logger("kam_sync.open_data")


def keep_views(database: Database, zone: ZoneInfo) -> bool:
    """Make the views anew where they differ; without the right to, the service goes on without.

    Returns:
        whether they are there.
    """
    try:
        with database.transaction() as session:
            MakingStore(session).keep(VIEWS, zone, KPIS)
    except NoRight as error:
        _log.warning("no open data", message=str(error), advice="docs/open-data.md, Rights")
        return False
    return True
