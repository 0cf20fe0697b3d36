"""Puts work into the durable queue, in the transaction of whoever asks for it."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from kam_sync.base.db import Session
from kam_sync.delivering import step_of as delivering_to
from kam_sync.intake.store import sources_with_waiting
from kam_sync.jobs.model import Job, Step
from kam_sync.jobs.placing import Place, Priority, put
from kam_sync.jobs.store import QueueStore
from kam_sync.telling import step_of as telling_by

SYNC, MEASURE, WRITE, RENEW = "sync_source", "measure", "write_crm", "renew_grants"
KEEP_HOUSE = "keep_house"
ANNOUNCE, DELIVER, TELL = "announce", "deliver", "tell"
READ, SUBSCRIBE = "read_hooks", "subscribe_hooks"
RECONCILE = "reconcile_noun"
REMATCH = "rematch"
SETTLE = timedelta(seconds=2)
"""So long webhooks gather before they are read, for several of them are often about one record."""
# By its alias: its full name grows by a prefix with every App that a process makes.
_REMOVE_OLD_JOBS = "procrastinate.builtin_tasks.remove_old_jobs"


_STEPS = {
    SYNC: "sync", MEASURE: "measure", WRITE: "write", RENEW: "grants", KEEP_HOUSE: "housekeeping",
    READ: "reading", SUBSCRIBE: Step.HOOKS, RECONCILE: Step.RECONCILE, ANNOUNCE: "announce",
    REMATCH: "rematch",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """What of a source is to be compared with the CRM."""

    source_id: int
    noun: str = ""
    """Empty: the first one, and then all others, each in a job of its own."""
    goes_on: bool = True
    """The next noun follows."""
    is_good: bool = True
    """All nouns before it could be compared."""
    repairs: bool = False
    """Whatever the source has been told about repair."""
    is_asked: bool = False
    """A person wants it; that does not wait for what the night has queued."""


def defer_sync(
    session: Session,
    source_id: int,
    *,
    attempt: int = 0,
    wait: timedelta = timedelta(0),
    is_asked: bool = False,
) -> bool:
    """Queue a sync of a source; False when one is waiting already.

    A person who asks does not wait for a retry that is minutes away.
    """
    priority = Priority.AGAIN if wait else Priority.DUE
    on_schedule, asked = waiting_syncs(source_id)
    return put(
        session,
        SYNC,
        Place(
            lock=f"source:{source_id}",
            queueing_lock=asked if is_asked else on_schedule,
            priority=Priority.ASKED if is_asked else priority,
        ),
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def defer_full(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue a sync that reads everything; False when one is waiting already."""
    priority = Priority.AGAIN if wait else Priority.FULL
    return put(
        session,
        SYNC,
        Place(f"source:{source_id}", waiting_full(source_id), priority),
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt, "full": True},
    )


def step_of(job: Job) -> str | None:
    """What incidents about a job call it; None for the queue's own housekeeping."""
    if job.task == DELIVER and job.target_id is not None:
        return delivering_to(job.target_id)
    if job.task == TELL and job.channel_id is not None:
        return telling_by(job.channel_id)
    return Step.FULL if job.is_full else _STEPS.get(job.task)


def waiting_syncs(source_id: int) -> tuple[str, str]:
    """The queueing locks of the syncs of a source: on schedule, and asked for."""
    return f"sync:{source_id}", f"sync:{source_id}:asked"


def waiting_full(source_id: int) -> str:
    """The queueing lock of the sync of a source that reads everything."""
    return f"full:{source_id}"


def defer_write(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue what is to be written into a CRM; False when that is waiting already.

    A person who asks does not wait for a retry that is minutes away.
    """
    return put(
        session,
        WRITE,
        Place(
            f"write:{source_id}",
            f"write:{source_id}:{'again' if attempt else 'now'}",
            Priority.AGAIN if attempt else Priority.ASKED,
        ),
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def write_what_waits(session: Session) -> None:
    """Queue what waits to be written into any CRM."""
    for source_id in sources_with_waiting(session):
        defer_write(session, source_id)


def defer_reading(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = SETTLE
) -> bool:
    """Queue the reading of the webhooks of a source; False when it is waiting already.

    What comes in does not wait for a retry that is minutes away. While one reading runs, the next
    one stands behind the syncs that wait: a steady stream of webhooks must not keep them out.
    """
    lock = f"source:{source_id}"
    lowest = QueueStore(session).lowest_waiting(lock, running=READ)
    first = Priority.HOOKS if lowest is None else lowest
    place = Place(
        lock=lock,
        queueing_lock=f"hooks:{source_id}:again" if attempt else f"hooks:{source_id}",
        priority=Priority.AGAIN if attempt else first,
    )
    if QueueStore(session).is_waiting(place.queueing_lock):  # mostly; cheaper than a refusal
        return False
    return put(
        session,
        READ,
        place,
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def defer_replay(session: Session, source_id: int) -> bool:
    """Queue the reading of webhooks that a person wants read again; False when it waits already.

    It waits for no other reading: that may stand behind what is due in minutes.
    """
    return put(
        session,
        READ,
        Place(f"source:{source_id}", f"hooks:{source_id}:asked", Priority.REPLAY),
        arguments={"source_id": source_id, "attempt": 0},
    )


def defer_subscribing(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue a look at the webhooks of a source; False when it is waiting already.

    It does not wait for a first load, which takes hours: the pace of the CRM is shared anyway.
    """
    name = f"subscribe:{source_id}"
    return put(
        session,
        SUBSCRIBE,
        Place(
            name,
            f"{name}:again" if attempt else name,
            Priority.AGAIN if attempt else Priority.ASKED,
        ),
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def defer_reconciling(
    session: Session,
    what: Comparison,
    *,
    attempt: int = 0,
    wait: timedelta = timedelta(0),
) -> bool:
    """Queue a comparison; False when it is waiting already.

    One runs at a time in the whole house, so that it never takes all places of a worker. It has
    another lock than what is pulled and heard of the source: those go on beside its long walk.
    """
    ones = "" if what.goes_on else f":{what.noun}" + (":repair" if what.repairs else "")
    asked = ":asked" if what.is_asked else ""
    priority = Priority.ASKED if what.is_asked else Priority.LEDGER
    return put(
        session,
        RECONCILE,
        Place(
            "reconcile",
            f"reconcile:{what.source_id}{ones}{asked}",
            Priority.AGAIN if wait else priority,
        ),
        wait=wait,
        arguments={**asdict(what), "attempt": attempt},
    )


def reconcile_all(session: Session, source_id: int) -> bool:
    """Queue the comparison of all nouns of a source; False when it is waiting already."""
    return defer_reconciling(session, Comparison(source_id))


def defer_measure(session: Session, *, attempt: int = 0, wait: timedelta = timedelta(0)) -> bool:
    """Queue steps 3 to 6; False when they are waiting already."""
    return put(
        session,
        MEASURE,
        Place("measure", "measure"),
        wait=wait,
        arguments={"attempt": attempt},
    )


def defer_rematch(
    session: Session, by: str, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue the comparison of all companies and contacts; False when it is waiting already."""
    place = Place(REMATCH, REMATCH, Priority.AGAIN if wait else Priority.FULL)
    return put(session, REMATCH, place, wait=wait, arguments={"by": by, "attempt": attempt})


def is_rematch_queued(session: Session) -> bool:
    """Whether that comparison waits in the queue, or a worker has taken it."""
    return QueueStore(session).waiting_until([REMATCH]) is not None


def defer_renewal(session: Session) -> bool:
    """Queue the renewal of grants that are due; False when it is waiting already."""
    return put(session, RENEW, Place("renew_grants", "renew_grants"), arguments={})


def defer_housekeeping(session: Session) -> bool:
    """Queue the deletion of what is old; False when it is waiting already."""
    return put(session, KEEP_HOUSE, Place("keep_house", "keep_house"), arguments={})


def defer_announcing(session: Session, *, attempt: int = 0, wait: timedelta = timedelta(0)) -> bool:
    """Queue the search for news to integrators; False when it is waiting already."""
    place = Place("announce", "announce")
    return put(session, ANNOUNCE, place, wait=wait, arguments={"attempt": attempt})


def defer_delivery(
    session: Session, target_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue the sending to a target; False when it is waiting already."""
    lock = f"target:{target_id}"
    arguments = {"target_id": target_id, "attempt": attempt}
    return put(session, DELIVER, Place(lock, lock), wait=wait, arguments=arguments)


def defer_telling(
    session: Session, channel_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue the telling by a channel; False when it is waiting already."""
    lock = f"channel:{channel_id}"
    arguments = {"channel_id": channel_id, "attempt": attempt}
    return put(session, TELL, Place(lock, lock), wait=wait, arguments=arguments)


def defer_removal(session: Session, *, keep: timedelta) -> bool:
    """Queue the deletion of jobs that ended longer ago than `keep`."""
    return put(
        session,
        _REMOVE_OLD_JOBS,
        Place("housekeeping", "housekeeping"),
        arguments={
            "max_hours": keep // timedelta(hours=1),
            "remove_failed": True,
            "remove_cancelled": True,
            "remove_aborted": True,
        },
    )
