"""Tasks in the CRMs about alerts: what they say, for whom and by when; and when they are over.

An alert and its task change in one transaction: who opens it (the corridor after the step of
alerts, and whoever takes what people do to alerts) calls `follow` before its end. The room of
alerts cannot do it, for it knows neither the words nor what else is asked of CRMs; the room that
tells could, but it reads the changes later, and what is closed by hand would wait for the next
measuring. So nothing is lost by a crash, and what is repeated asks for the same keys.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from connectors import NewTask, Noun, Ref
from kam_sync.accounts.model import Link, Task, User
from kam_sync.accounts.store import AccountStore, RecordStore
from kam_sync.alerts.model import Alert, Change, ChangeKind
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.drift.model import Finding
from kam_sync.drift.store import DriftStore
from kam_sync.intake.model import HouseOptions, SourceState
from kam_sync.intake.store import SourceStore, WriteStore, finishing, writes_of_keys
from kam_sync.intake.writes import CrmWrite, WriteState
from kam_sync.wiring import Services
from kam_sync.wording import tasks
from kam_sync.wording.language import Language

_log = structlog.get_logger("kam_sync.tasking")

BY_ITSELF = "alerts"
"""Who asks for what nobody asked for by hand."""
MOST_AT_ONCE = 20
"""So many tasks a measuring makes by itself in one source: a first load may open hundreds."""
_DAYS = 3
"""A responsible user has so many days, and the whole of the last one."""
_BATCH = 500
_AWAY = frozenset({SourceState.PAUSED, SourceState.REMOVING})
_OVER = frozenset({ChangeKind.RESOLVED, ChangeKind.REBASED, ChangeKind.DROPPED})


def key_of(alert_id: UUID) -> str:
    """The key of the write about an alert: asked for twice it is one task."""
    return f"alert:{alert_id}"


def ask_about(session: Session, services: Services, alert_id: UUID, *, by: str) -> CrmWrite:
    """Ask for a task about an open alert; one that was refused is tried again.

    Of an alert that is over only the end of its task may be tried again.
    """
    alert = AlertStore(session).locked(alert_id)
    key = key_of(alert_id) if alert.life.is_open else finishing(key_of(alert_id))
    found = writes_of_keys(session, [key]).get(key)
    if found is None and not alert.life.is_open:
        raise WrongUse(f"alert {alert_id}: it is resolved, there is nothing to do about it")
    if found is None:
        links = AccountStore(session).links(alert.account_id)
        if not links:
            raise WrongUse(f"alert {alert_id}: no CRM holds a company of this account")
        return _ask(session, services, alert, links[0], by=by)
    if found.state is WriteState.FAILED:
        WriteStore(session, found.source_id).retry([found.id])
        session.refresh(found)
    return found


def follow(session: Session, services: Services, after: int) -> set[int]:
    """Do what follows for tasks from the changes of alerts after the one with this id.

    The task of what is over is finished, or called off. What opens gets a task by itself where the
    source of its account is set so.

    Returns:
        the sources into which something is to be written now.
    """
    store, asked, opened = AlertStore(session), set[int](), list[Alert]()
    while changes := store.changes_after(after, limit=_BATCH):
        for change, alert in changes:
            if change.change in _OVER:
                asked |= _finish(session, services, change, alert)
            elif change.change is ChangeKind.OPENED and alert.life.is_open:
                opened.append(alert)
        after = changes[-1][0].id
    return asked | _make_all(session, services, opened)


def _finish(session: Session, services: Services, change: Change, alert: Alert) -> set[int]:
    key = key_of(alert.id)
    found = writes_of_keys(session, [key]).get(key)
    if found is None or _is_done(session, found):
        return set()
    language = Language(services.settings.locale, services.zone)
    text = tasks.ending(language, alert, change, _finding(session, alert))
    store = WriteStore(session, found.source_id)
    is_asked = store.finish(key, text, by=change.by or BY_ITSELF, now=services.now())
    return {found.source_id} if is_asked else set()


def _is_done(session: Session, write: CrmWrite) -> bool:
    """Whether somebody finished or deleted the task, as far as we have heard."""
    ref = (write.source_id, write.external_id or "")
    known = RecordStore(session).by_keys(Task, [ref]).get(ref)
    return known is not None and (known.is_done or known.is_deleted)


def _finding(session: Session, alert: Alert) -> Finding | None:
    """What is found about the matter of an alert now, in its own currency where there is one."""
    found = [
        one for one in DriftStore(session).of_account(alert.account_id) if one.rule == alert.rule
    ]
    return next((one for one in found if one.unit == alert.unit), found[0] if found else None)


def _wanting(session: Session) -> set[int]:
    """The sources in which alerts make tasks by themselves."""
    sources = SourceStore(session)
    there = [one for one in sources.all() if one.state not in _AWAY]
    return {
        one.id
        for one in there
        if HouseOptions.among(sources.access(one.id).options).tasks_for_alerts
    }


def _make_all(session: Session, services: Services, opened: Collection[Alert]) -> set[int]:
    """Tasks that nobody has asked for, the gravest first; not all that a first load finds."""
    wanting = _wanting(session) if opened else set[int]()
    made = Counter[int]()
    for alert in sorted(opened, key=lambda one: one.badness, reverse=True) if wanting else ():
        link = _place(session, alert, wanting)
        if link is None or writes_of_keys(session, [key_of(alert.id)]):
            continue
        made[link.source_id] += 1
        if made[link.source_id] <= MOST_AT_ONCE:
            _ask(session, services, alert, link, by=BY_ITSELF)
    for source_id, count in made.items():
        if count > MOST_AT_ONCE:
            left = count - MOST_AT_ONCE
            _log.warning("alerts left without a task of their own", source_id=source_id, left=left)
    return set(made)


def _place(session: Session, alert: Alert, wanting: Collection[int]) -> Link | None:
    """The company that a task by itself is about, in a source that is set so."""
    accounts = AccountStore(session)
    links = [one for one in accounts.links(alert.account_id) if one.source_id in wanting]
    owner = accounts.owners([alert.account_id]).get(alert.account_id) if links else None
    return _nearest(links, owner) if links else None


def _nearest(links: Sequence[Link], owner: User | None) -> Link:
    """In the CRM of whoever is responsible, where it is among these."""
    of_owner = (one for one in links if owner is not None and one.source_id == owner.source_id)
    return next(of_owner, links[0])


def _ask(session: Session, services: Services, alert: Alert, link: Link, *, by: str) -> CrmWrite:
    task = _task(session, services, alert, link)
    (found,) = WriteStore(session, link.source_id).ask([task], by=by, now=services.now())
    return found


def _task(session: Session, services: Services, alert: Alert, link: Link) -> NewTask:
    owner = AccountStore(session).owners([alert.account_id]).get(alert.account_id)
    is_theirs = owner is not None and owner.source_id == link.source_id and owner.is_active
    today = services.now().astimezone(services.zone).date()
    return NewTask(
        key_of(alert.id),
        Ref(Noun.COMPANY, link.company_external_id),
        tasks.task(Language(services.settings.locale, services.zone), alert),
        due_on=today + timedelta(days=_DAYS),
        owner_external_id=owner.external_id if owner is not None and is_theirs else None,
        link=_link(services, alert),
    )


def _link(services: Services, alert: Alert) -> str | None:
    """The page of the account, where the installation has an address that others can open."""
    public = services.settings.public_url
    return f"{str(public).rstrip('/')}/accounts/{alert.account_id}" if public else None
