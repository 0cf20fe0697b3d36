"""The tasks that were asked for about alerts, as they stand in the CRM by now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from connectors import Ending
from kam_sync.accounts.model import Task, User
from kam_sync.accounts.store import RecordStore
from kam_sync.alerts.model import Alert
from kam_sync.base.db import Session
from kam_sync.intake.store import finishing, writes_of_keys
from kam_sync.intake.writes import CrmWrite
from kam_sync.tasking import key_of
from kam_sync.web.deps import Sources
from kam_sync.wiring import Services

_Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class AlertTask:
    """A task about an alert: as it was asked for, and as people in the CRM have changed it."""

    write: CrmWrite
    owner_name: str
    due_on: date | None
    is_done: bool
    card: str | None
    """Where the company of the task is seen in the CRM; tasks have no page of their own there."""
    end: CrmWrite | None
    """What finishes it, once the alert is over."""

    @property
    def said_at_end(self) -> str:
        """What the CRM is told of why it is over; empty as long as it is not told."""
        return str(self.end.payload.get("result", "")) if self.end else ""


def tasks_of(
    session: Session, services: Services, sources: Sources, alerts: Iterable[Alert]
) -> dict[UUID, AlertTask]:
    """The tasks that were asked for, by alert."""
    keys = {key_of(alert.id): alert.id for alert in alerts}
    writes = writes_of_keys(session, keys)
    ends = writes_of_keys(session, [finishing(key) for key in writes])
    records = RecordStore(session)
    tasks = records.by_keys(
        Task, [(one.source_id, one.external_id) for one in writes.values() if one.external_id]
    )
    owners = {key: _owner(one, tasks) for key, one in writes.items()}
    users = records.by_keys(User, [owner for owner in owners.values() if owner])
    return {
        keys[key]: AlertTask(
            write=one,
            owner_name=users[owner].name if (owner := owners[key]) in users else "",
            due_on=_due_on(services, one, _task(one, tasks)),
            is_done=_is_done(_task(one, tasks), ends.get(finishing(key))),
            card=sources.card(services, one.source_id, one.about_noun, one.about_external_id),
            end=ends.get(finishing(key)),
        )
        for key, one in writes.items()
    }


def _task(write: CrmWrite, tasks: Mapping[_Key, Task]) -> Task | None:
    return tasks.get((write.source_id, write.external_id or ""))


def _is_done(task: Task | None, end: CrmWrite | None) -> bool:
    """Whether it is done as far as we have heard, or because we have just finished it."""
    is_ended = end is not None and end.ending in {Ending.FINISHED, Ending.WAS_DONE}
    return is_ended or (task is not None and task.is_done)


def _owner(write: CrmWrite, tasks: Mapping[_Key, Task]) -> _Key | None:
    """Whose task it is: theirs in the CRM, theirs whom it was asked for until it has come back."""
    task = _task(write, tasks)
    owner = task.owner_external_id if task else write.payload.get("owner_external_id")
    return (write.source_id, str(owner)) if owner else None


def _due_on(services: Services, write: CrmWrite, task: Task | None) -> date | None:
    if task is not None:
        return task.due_at.astimezone(services.zone).date() if task.due_at else None
    asked = write.payload.get("due_on")
    return date.fromisoformat(asked) if asked else None
