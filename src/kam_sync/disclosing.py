"""Tells a person all that is kept of them: from every CRM, as it came and as it is shown."""

from collections.abc import Iterable
from typing import Any

import orjson

from connectors import Noun
from kam_sync.accounts.store import ABOUT, NAMING, ErasingAccounts
from kam_sync.base.db import Session
from kam_sync.erasing import Found
from kam_sync.intake.kept import without_secrets
from kam_sync.intake.store import RawStore, SourceStore
from kam_sync.matching.store import PersonDecisionStore
from kam_sync.privacy.patterns import pattern_of
from kam_sync.privacy.store import EventStore, WantedEvents

_MOST_EVENTS = 10_000


def disclose(session: Session, found: Found) -> dict[str, Any]:
    """All that is kept of a person, as JSON has it."""
    accounts = ErasingAccounts(session)
    theirs = accounts.theirs(found.contacts)
    names = SourceStore(session).names()
    rows = accounts.contacts(found.contacts)
    pattern = pattern_of([row.name for row in rows], found.person.emails, found.person.phones)
    about = [row for table in ABOUT for row in accounts.told_of(table, found.contacts)]
    known = {(type(row), row.source_id, row.external_id) for row in about}
    deals = accounts.deals(theirs)
    known |= {(type(row), row.source_id, row.external_id) for row in deals}
    named = [
        row
        for table in NAMING
        for row in (accounts.naming(table, theirs, pattern) if pattern else ())
        if (type(row), row.source_id, row.external_id) not in known
    ]
    decisions = PersonDecisionStore(session).about(found.contacts)
    events = EventStore(session).find(WantedEvents(subject=str(found.id)), limit=_MOST_EVENTS)
    return {
        "person": {
            "id": str(found.id), "name": found.person.name, "position": found.person.position,
            "consent": found.person.consent, "do_not_contact": found.person.do_not_contact,
            "phones": list(found.person.phones), "emails": list(found.person.emails),
            "accounts": [str(one) for one in theirs.accounts],
        },
        "contacts": _all(rows, names),
        "as_sent": [
            {"source": names.get(source), "external_id": key, "body": without_secrets(body)}
            for source, key in found.contacts
            for body in RawStore(session, source).bodies(Noun.CONTACT, [key]).values()
        ],
        "about": _all(about, names),
        "deals": _all(deals, names),
        "named_in": _all(named, names),
        "decisions": _all(decisions, names),
        "who_looked": _all(events, names),
    }  # fmt: skip


def written(document: dict[str, Any]) -> bytes:
    """The document as a file."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str)


def _all(rows: Iterable[Any], sources: dict[int, str]) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        said = row.model_dump(mode="json")
        source = {"source": sources.get(said.pop("source_id"))} if "source_id" in said else {}
        table = getattr(row, "__tablename__", "")
        found.append({"table": table, **source, **said})
    return found
