"""Why what an alert is about has moved: the months since its drift began, against those before."""

from datetime import datetime
from uuid import UUID

from kam_sync.alerts.model import Alert
from kam_sync.drift.explaining import Explaining
from kam_sync.drift.model import Kind
from kam_sync.drift.moved import Against, Moved, Unsaid
from kam_sync.drift.spans import MOST_MONTHS, base_of, last_whole, months_between
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.periods import first_day


def reasons(
    explaining: Explaining, alert: Alert, account_id: UUID, now: datetime, against: Against
) -> list[Moved] | Unsaid:
    """The change that an alert tells of, or why there is none to split.

    Of an alert that is over these are the months until it was; of one that began long ago the
    latest of them.

    Args:
        account_id: the account by now, where the alert's own was merged into another.
    """
    if alert.kind is not Kind.LEVEL:
        return Unsaid.KIND
    since = first_day(alert.since, Grain.MONTH)
    last = last_whole(alert.resolved_at or now, explaining.zone(account_id))
    later = months_between(since, max(since, last))[-MOST_MONTHS:]
    return explaining.of(account_id, alert.kpi, later, base_of(later, against, since), alert.unit)
