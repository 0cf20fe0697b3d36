"""The task that compares all companies and contacts anew."""

from functools import partial

import structlog
from procrastinate import JobContext

from kam_sync.base.errors import Busy, TakenOver
from kam_sync.jobs import queue
from kam_sync.jobs.tasks.trying import Trying, go_on
from kam_sync.jobs.tasks.work import Rematch
from kam_sync.jobs.waking import tell_soon
from kam_sync.matching.model import RematchState
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")
_STEP = "rematch"


class Rematching:
    """Compares, and has measured what it changed."""

    def __init__(self, services: Services, do: Rematch, trying: Trying) -> None:
        self._services = services
        self._do = do
        self._trying = trying

    def rematch(self, context: JobContext, by: str, attempt: int = 0) -> None:
        """Compare all anew; a worker that stops leaves it to the next one."""
        again = partial(queue.defer_rematch, by=by)
        try:
            result = self._do(self._services, by, watch=partial(go_on, context))
        except TakenOver:
            raise
        except Busy as error:
            _log.info("compared anew later", message=str(error))
            self._trying.again(again, attempt)
        except Exception:
            _log.exception("not compared anew", job_id=context.job.id, attempt=attempt)
            self._trying.broke(again, _STEP, attempt)
            raise
        else:
            self._trying.worked(_STEP)
            if any(report.counts["changed"] for report in result.reports):
                with self._services.database.transaction() as session:
                    queue.defer_measure(session)
                    tell_soon(session)
            if result.state is RematchState.STOPPED:
                self._trying.hand_over(context, again, attempt)
