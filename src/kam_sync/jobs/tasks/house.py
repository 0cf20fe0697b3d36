"""The tasks that are done once for all sources."""

import structlog
from procrastinate import JobContext

from kam_sync.base.errors import Busy
from kam_sync.jobs import queue
from kam_sync.jobs.model import Step
from kam_sync.jobs.outcome import noted
from kam_sync.jobs.tasks.trying import Trying
from kam_sync.jobs.tasks.work import Measure
from kam_sync.jobs.upkeep import keep_house
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")


class House:
    """Measures all accounts, renews grants, forgets what is old."""

    def __init__(self, services: Services, do: Measure, trying: Trying) -> None:
        self._services = services
        self._do = do
        self._trying = trying

    def measure(self, context: JobContext, attempt: int = 0) -> None:
        """Steps 3 to 6 for all accounts."""
        try:
            with noted(self._services, [(Step.MEASURE, None)]):
                self._do(self._services)
            with self._services.database.transaction() as session:
                queue.write_what_waits(session)
        except Busy as error:
            _log.info("measure later", message=str(error))
            self._trying.again(queue.defer_measure, attempt)
        except Exception:
            _log.exception("measure failed", job_id=context.job.id, attempt=attempt)
            self._trying.broke(queue.defer_measure, "measure", attempt)
            raise
        else:
            self._trying.worked("measure")

    def renew_grants(self) -> None:
        """Renew the grants that are due; the next hour comes again by itself."""
        with noted(self._services, [(Step.GRANTS, None)]):
            self._services.granting.renew_due()
        self._trying.worked("grants")

    def keep_house(self) -> None:
        """Forget what is old."""
        with noted(self._services, [(Step.HOUSEKEEPING, None)]):
            keep_house(self._services)
        self._trying.worked("housekeeping")
