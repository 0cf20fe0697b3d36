"""How `kam-sync privacy` shows things, and finds the one person who is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.cli import show
from kam_sync.erasing import Erased, Found, find
from kam_sync.forgetting import would_forget
from kam_sync.intake.store import SourceStore
from kam_sync.privacy.inventory import HOLDINGS
from kam_sync.privacy.model import (
    DEFAULTS,
    LONGEST,
    SHORTEST,
    About,
    Did,
    Entry,
    Erasure,
    How,
    Term,
)  # fmt: skip
from kam_sync.privacy.store import EventStore, TermStore, counts
from kam_sync.wiring import Services

_FOREVER, _DEFAULT = "forever", "default"
_DIGITS = 9


def inventory(session: Session) -> list[dict[str, Any]]:
    """Every kind of personal data with its tables and how many rows they have."""
    tables = {table for one in HOLDINGS for table in one.tables}
    rows = counts(session, tables)
    return [
        {
            "kind": one.kind.value, "purpose": one.purpose, "from": one.origin,
            "seen_by": one.seen_by,
            "tables": [
                {"table": table, "columns": list(names), "rows": rows.get(table, 0)}
                for table, names in one.tables.items()
            ],
        }
        for one in HOLDINGS
    ]  # fmt: skip


def show_inventory(document: Sequence[dict[str, Any]], *, json: bool) -> None:
    """The inventory, for people or programs."""
    if json:
        show.as_json({"inventory": document})
        return
    rows = [
        (one["kind"], held["table"], ", ".join(held["columns"]), held["rows"], one["purpose"])
        for one in document
        for held in one["tables"]
    ]
    columns = (
        "kind", "table", show.Column("columns", rank=1), show.Column("rows", is_number=True),
        show.Column("why", rank=2),
    )  # fmt: skip
    show.table("Personal data", columns, rows)


def people(session: Session, found: Sequence[Found], erased: Sequence[Erasure]) -> dict[str, Any]:
    """People as they are found, and erasures that the same e-mail or phone belongs to."""
    names = {one.id: one.name for one in SourceStore(session).all()}
    return {
        "people": [
            {
                "id": str(one.id), "name": one.person.name, "phones": list(one.person.phones),
                "emails": list(one.person.emails),
                "contacts": [f"{names.get(source)}:{key}" for source, key in one.contacts],
                "accounts": [str(account) for account in one.person.accounts],
            }
            for one in found
        ],
        "erased": [one.model_dump(mode="json") for one in erased],
    }  # fmt: skip


def show_people(document: dict[str, Any], *, json: bool, nothing: str) -> None:
    """The people who are meant."""
    if json:
        show.as_json(document)
        return
    rows = [
        (one["id"], one["name"], ", ".join((*one["phones"], *one["emails"])),
         ", ".join(one["contacts"]))
        for one in document["people"]
    ]  # fmt: skip
    if rows:
        show.table("People", ("id", "name", "reached by", "contacts"), rows, to=show.err)
    for one in document["erased"]:
        again = f", may be kept again since {one['allowed_at']}" if one["allowed_at"] else ""
        show.err.print(f"erased on {one['at']} as {one['id']}{again}")
    if not rows and not document["erased"]:
        show.err.print(nothing)


def one(session: Session, text: str) -> Found:
    """The one person who is meant; WrongUse with all of them where they are several."""
    found = find(session, text)
    if not found:
        raise NotHere("person: nobody is known by that")
    if len(found) > 1:
        said = "; ".join(f"{one.id} {one.person.name}" for one in found)
        raise WrongUse(f"person: {len(found)} are known by that, name one by its id: {said}")
    return found[0]


def as_json(erased: Erased) -> None:
    """The protocol for programs."""
    said = asdict(erased)
    show.as_json({**said, "people": [str(one) for one in erased.people]})


def show_protocol(services: Services, erased: Erased, *, is_dry: bool) -> None:
    """What goes, and what stays."""
    title = "Would be erased" if is_dry else "Erased"
    count = show.Column("rows", is_number=True)
    show.table(title, ("table", count), list(erased.counts.items()))
    stays = [f"the original in the CRM: {', '.join(erased.sources)}"] if erased.sources else []
    stays += [f"files that were dropped for {name}" for name in erased.files]
    stays += ["backups, until they are thrown away: `privacy reapply` after one is restored"]
    if erased.shared:
        stays.append(f"{erased.shared} phones or e-mails that firms or other contacts have, too")
    if erased.firms:
        stays.append(f"{erased.firms} customers who are called like the person")
    stays.append(f"the key figures of {len(erased.accounts)} customers, unchanged")
    show.block("What stays", stays)
    if not is_dry:
        at = show.moment(erased.at, services.zone)
        show.block("Protocol", [f"{at}, by {erased.by}: {erased.reason}"])


def wished(kind: str, days: str | None) -> dict[Term, timedelta | None]:
    """How long something is to be kept, as a person wrote it."""
    if kind not in set(Term):
        raise WrongUse(f"{kind}: there is no such kind; there are: {', '.join(Term)}")
    term = Term(kind)
    if days in {_FOREVER, _DEFAULT}:
        return {term: DEFAULTS[term] if days == _DEFAULT else None}
    if days is None or not days.isdecimal() or len(days) > _DIGITS:
        raise WrongUse(f"{kind}: give a number of days, `{_FOREVER}` or `{_DEFAULT}`")
    if not SHORTEST <= int(days) <= LONGEST:
        raise WrongUse(f"days {int(days)}: {SHORTEST} to {LONGEST}, or `{_FOREVER}`")
    return {term: timedelta(days=int(days))}


def set_term(services: Services, kind: str, days: str | None, *, by: str) -> None:
    """Set how long something is kept."""
    ((term, span),) = wished(kind, days).items()
    with services.database.transaction() as session:
        terms = TermStore(session)
        if days == _DEFAULT:
            terms.reset(term)
        else:
            terms.set(term, _days(span), by=by, now=services.now())
        entry = Entry(by, Did.SET, How.COMMAND, About.TERM, kind)
        EventStore(session).note(entry, services.now())


def show_terms(
    services: Services, wish: Mapping[Term, timedelta | None], *, json: bool, counted: bool
) -> None:
    """How long everything is kept, or would be with a wish, and how much is older."""
    with services.database.transaction() as session:
        terms, chosen = {**TermStore(session).terms(), **wish}, TermStore(session).chosen()
        by = {term: row.by for term, row in chosen.items()}
    older = would_forget(services, wish) if counted else {}
    if json:
        show.as_json({
            "retention": [
                {"kind": term.value, "days": _days(span), "default": _days(DEFAULTS[term]),
                 "set_by": by.get(term), **({"older": older[term]} if counted else {})}
                for term, span in terms.items()
            ]
        })  # fmt: skip
        return
    rows = [
        (term.value, _said(span), _said(DEFAULTS[term]), by.get(term, ""), older.get(term, ""))
        for term, span in terms.items()
    ]
    title = "Would be kept for (nothing is set)" if wish and counted else "Kept for"
    show.table(title, ("kind", "days", "usual", "set by", "older than that"), rows)


def _days(span: timedelta | None) -> int | None:
    return None if span is None else span.days


def _said(span: timedelta | None) -> str:
    return _FOREVER if span is None else str(span.days)
