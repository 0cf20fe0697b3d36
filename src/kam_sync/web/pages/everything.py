"""All that happened about an account in one list: what CRMs tell, alerts, and merges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kam_sync.accounts.moves import Move
from kam_sync.accounts.store import MoveStore, StreamStore
from kam_sync.alerts.model import Alert, Change, ChangeKind
from kam_sync.alerts.store import AlertStore
from kam_sync.kpi.registry import KPIS
from kam_sync.web.pages.account_head import Opened
from kam_sync.web.pages.lists import Listed, listed

KINDS: dict[str, tuple[str, ...]] = {
    "talks": ("call", "message", "email"),
    "notes": ("note", "file"),
    "tasks": ("task", "task_done"),
    "deals": ("won", "lost", "purchase"),
    "stages": ("stage",),
    "invoices": ("invoice", "invoice_paid"),
    "alerts": (),
    "merges": (),
}
"""What one may see alone, by its word in the address; what the stream calls it."""
_OURS = {"alerts", "merges"}
_MOST_OURS = 1_000
_UNTOLD = {ChangeKind.PENDED, ChangeKind.REFRESHED, ChangeKind.DROPPED, ChangeKind.REARMED}


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry: from the stream of the CRMs, of an alert, or a company that came or went."""

    at: datetime
    entry: Any = None
    change: tuple[Change, Alert] | None = None
    move: Move | None = None


Read = Callable[[int, int], Sequence[Happened]]
"""Reads up to so many entries after so many others, newest first."""


def woven(read: Read, ours: Sequence[Happened], skip: int, limit: int) -> list[Happened]:
    """Entries `skip` and following of a long list and a short one, newest first.

    Of the long list the page alone is read: at most all of the short one lie before it.
    """
    begin = max(0, skip - len(ours))
    found = [*read(begin, skip - begin + limit), *ours]
    found.sort(key=lambda one: one.at, reverse=True)
    return found[skip - begin :][:limit]


def everything(page: Opened, kind: str, number: int, limit: int) -> Listed:
    """One page of what happened; `kind` is a word of KINDS, or empty for all."""
    services, account = page.lists.services, page.account.id
    whats = KINDS.get(kind)

    def read(skip: int, most: int) -> Sequence[Happened]:
        if kind in _OURS:
            return ()
        found = StreamStore(page.session).everything(
            account, services.zone, whats=whats, limit=most, skip=skip
        )
        return [Happened(one.at, entry=one) for one in found]

    shown = woven(read, _ours(page, kind), (number - 1) * limit, limit + 1)
    return listed(shown, number, limit)


def _ours(page: Opened, kind: str) -> list[Happened]:
    """What we know ourselves: what became of alerts, what came and went."""
    account, found = page.account.id, list[Happened]()
    if kind in {"", "alerts"}:
        changes = AlertStore(page.session).changes_of_account(account, limit=_MOST_OURS)
        found += [
            Happened(change.at, change=(change, alert))
            for change, alert in changes
            if change.change not in _UNTOLD and not change.is_quiet and alert.kpi in KPIS
        ]
    if kind in {"", "merges"}:
        moves = MoveStore(page.session).of_account(account, limit=_MOST_OURS)
        found += [Happened(move.at, move=move) for move in moves]
    return found
