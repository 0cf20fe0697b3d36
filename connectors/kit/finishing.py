"""What is told of a to-do that was to be finished."""

from datetime import datetime

from connectors.kit.writes import DoneTask, Ending, Written

_WAS_DONE = "somebody had done it before; it was left as it is"
_GONE = "the CRM has no such task any more, or hides it from us"


def finished(write: DoneTask, updated_at: datetime | None = None, remark: str = "") -> Written:
    """It is done, by us."""
    return Written(write.key, write.external_id, updated_at, remark, Ending.FINISHED)


def commented(write: DoneTask, why: str) -> Written:
    """It stands open, with what came of it written beside it."""
    remark = f"not finished, only commented: {why}"
    return Written(write.key, write.external_id, remark=remark, ending=Ending.COMMENTED)


def was_done(write: DoneTask) -> Written:
    """It was done before."""
    return Written(write.key, write.external_id, remark=_WAS_DONE, ending=Ending.WAS_DONE)


def gone(write: DoneTask) -> Written:
    """It is not there any more."""
    return Written(write.key, write.external_id, remark=_GONE, ending=Ending.GONE)
