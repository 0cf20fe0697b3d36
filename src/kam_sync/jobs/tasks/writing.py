"""The task that writes into a CRM."""

from functools import partial

import structlog
from procrastinate import JobContext

from kam_sync.base.errors import Busy, TakenOver
from kam_sync.intake.model import RunState
from kam_sync.jobs import queue
from kam_sync.jobs.tasks.trying import Trying
from kam_sync.jobs.tasks.work import WriteBack
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")


class Writing:
    """Sends what is to be written into a CRM."""

    def __init__(self, services: Services, do: WriteBack, trying: Trying) -> None:
        self._services = services
        self._do = do
        self._trying = trying

    def write_crm(self, context: JobContext, source_id: int, attempt: int = 0) -> None:
        """Send what is to be written into a CRM; what is left over comes again after a sync."""
        log = _log.bind(source_id=source_id, job_id=context.job.id, attempt=attempt)
        if not self._trying.is_wanted(source_id):
            log.info("writing left out: the source is paused or gone")
            return
        again = partial(queue.defer_write, source_id=source_id)
        try:
            result = self._do(self._services, source_id)
        except TakenOver:
            raise
        except Busy as error:
            log.info("writing later", message=str(error))
            self._trying.again(again, attempt)
        except Exception:
            log.exception("writing failed")
            self._trying.broke(again, "write", attempt, source_id)
            raise
        else:
            self._trying.worked("write", source_id)
            tell = log.info if result.state is RunState.DONE else log.warning
            tell("wrote", written=result.written, failed=result.failed, message=result.message)
            if result.state is RunState.LATER:
                self._trying.again(again, attempt, at_least=result.wait)
