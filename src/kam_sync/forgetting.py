"""Forgets personal data that was kept long enough; how long that is, an admin says."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from kam_sync.accounts.store import AgingStore
from kam_sync.base.db import Session
from kam_sync.intake.inbox import HookState
from kam_sync.intake.store import InboxStore
from kam_sync.notify.store import DeliveryStore, SendStore
from kam_sync.privacy.model import About, Did, Entry, How, Term
from kam_sync.privacy.store import EventStore, TermStore
from kam_sync.wiring import Services

_SOME = 1_000
_MOST = 20
"""Rounds of a kind in one go: what is left is for the next upkeep."""

Forget = Callable[[Session, datetime], int]


def forget(services: Services) -> dict[Term, int]:
    """Forget what is old, in small pieces; how many rows of each kind."""
    now = services.now()
    done: dict[Term, int] = {}
    with services.database.transaction() as session:
        terms = TermStore(session).terms()
    for term, span in terms.items():
        if span is None:
            continue
        if term is Term.TEXTS:  # of what facts were, too: all at once
            with services.database.transaction() as session:
                AgingStore(session).cut_history(now - span)
        for _ in range(_MOST):
            with services.database.transaction() as session:
                number = _FORGETS[term](session, now - span)
            done[term] = done.get(term, 0) + number
            if number < _SOME or term not in _IN_PIECES:
                break
    with services.database.transaction() as session:
        for term in _IN_PIECES:
            if done.get(term):
                entry = Entry("kam_sync", Did.CUT, How.JOB, About.TERM, term, done[term])
                EventStore(session).note(entry, now)
    return done


def would_forget(
    services: Services, wish: Mapping[Term, timedelta | None] | None = None
) -> dict[Term, int]:
    """How many rows of each kind are older than they are to be, or would be with a wish."""
    now, found = services.now(), {}
    with services.database.transaction() as session:
        for term, span in {**TermStore(session).terms(), **(wish or {})}.items():
            found[term] = 0 if span is None else _COUNTS[term](session, now - span)
    return found


def _read(session: Session, before: datetime) -> int:
    return InboxStore(session).forget_before(before, {HookState.READ})


def _unread(session: Session, before: datetime) -> int:
    return InboxStore(session).forget_before(before, _NOT_UNDERSTOOD)


_NOT_UNDERSTOOD = set(HookState) - {HookState.NEW, HookState.READ}
_IN_PIECES = (Term.RAW_GONE, Term.RAW_CONTACTS, Term.TEXTS)
_FORGETS: Mapping[Term, Forget] = {
    Term.RAW_GONE: lambda session, at: AgingStore(session).cut_gone(at, limit=_SOME),
    Term.RAW_CONTACTS: lambda session, at: AgingStore(session).cut_contacts(at, limit=_SOME),
    Term.TEXTS: lambda session, at: AgingStore(session).cut_texts(at, limit=_SOME),
    Term.INBOX_READ: _read,
    Term.INBOX: _unread,
    Term.MESSAGES: lambda session, at: SendStore(session).forget_before(at),
    Term.EVENTS: lambda session, at: DeliveryStore(session).forget_before(at),
    Term.AUDIT: lambda session, at: EventStore(session).forget_before(at),
}
_COUNTS: Mapping[Term, Forget] = {
    Term.RAW_GONE: lambda session, at: AgingStore(session).count_gone(at),
    Term.RAW_CONTACTS: lambda session, at: AgingStore(session).count_contacts(at),
    Term.TEXTS: lambda session, at: AgingStore(session).count_texts(at),
    Term.INBOX_READ: lambda session, at: InboxStore(session).count_before(at, {HookState.READ}),
    Term.INBOX: lambda session, at: InboxStore(session).count_before(at, _NOT_UNDERSTOOD),
    Term.MESSAGES: lambda session, at: SendStore(session).count_before(at),
    Term.EVENTS: lambda session, at: DeliveryStore(session).count_before(at),
    Term.AUDIT: lambda session, at: EventStore(session).count_before(at),
}
