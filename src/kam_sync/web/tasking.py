"""A task in the CRM about an alert: what it says, for whom, and by when."""

from datetime import timedelta
from uuid import UUID

from connectors import NewTask, Noun, Ref
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.intake.store import WriteStore
from kam_sync.intake.writes import CrmWrite, WriteState
from kam_sync.kpi.registry import KPIS
from kam_sync.web.wording import drifts
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services

_DAYS = 3
"""A responsible user has so many days, and the whole of the last one."""


def key_of(alert_id: UUID) -> str:
    """The key of the write about an alert: asked for twice it is one task."""
    return f"alert:{alert_id}"


def ask_about(session: Session, services: Services, alert_id: UUID, *, by: str) -> CrmWrite:
    """Ask for a task about an open alert; one that was refused is tried again."""
    alert = AlertStore(session).alert(alert_id)
    if not alert.life.is_open:
        raise WrongUse(f"alert {alert_id}: it is resolved, there is nothing to do about it")
    links = AccountStore(session).links(alert.account_id)
    if not links:
        raise WrongUse(f"alert {alert_id}: no CRM holds a company of this account")
    link = links[0]
    about = Ref(Noun.COMPANY, link.company_external_id)
    store = WriteStore(session, link.source_id)
    task = _task(session, services, alert, about, link.source_id)
    (found,) = store.ask([task], by=by, now=services.now())
    if found.state is WriteState.FAILED:
        store.retry([found.id])
        session.refresh(found)
    return found


def _task(
    session: Session, services: Services, alert: Alert, about: Ref, source_id: int
) -> NewTask:
    owner = AccountStore(session).owners([alert.account_id]).get(alert.account_id)
    is_theirs = owner is not None and owner.source_id == source_id and owner.is_active
    today = services.now().astimezone(services.zone).date()
    return NewTask(
        key_of(alert.id),
        about,
        _text(services, alert),
        due_on=today + timedelta(days=_DAYS),
        owner_external_id=owner.external_id if owner is not None and is_theirs else None,
        link=_link(services, alert),
    )


def _text(services: Services, alert: Alert) -> str:
    language = Language(services.settings.locale, services.zone)
    title = KPIS[alert.kpi].title[language.locale]
    return f"{title}: {drifts.alert(language, alert)}"


def _link(services: Services, alert: Alert) -> str | None:
    """The page of the account, where the installation has an address that others can open."""
    public = services.settings.public_url
    return f"{str(public).rstrip('/')}/accounts/{alert.account_id}" if public else None
