"""Finds what is news to integrators: what has changed since a position, against what was known.

A batch is one transaction: the deliveries, what is known now, and the position go in together. So
nothing is told twice, and nothing is left out.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from connectors import Noun
from kam_sync.accounts.match import own_account
from kam_sync.accounts.model import Company, Deal, Translated
from kam_sync.accounts.moves import Move
from kam_sync.accounts.store import (
    AccountStore,
    MoveStore,
    RecordStore,
    SavingStore,
    Wanted,
    WinnerStore,
)
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.base.settings import Locale
from kam_sync.intake.model import Source, SourceState
from kam_sync.intake.store import RawStore, SourceStore
from kam_sync.notify import news, payload
from kam_sync.notify.model import EventType, Known, News
from kam_sync.notify.store import DeliveryStore, KnownStore, TargetStore

NOUNS = (Noun.COMPANY, Noun.DEAL)
"""Those whose changes are told: accounts before the deals that name them."""
_BATCH = 500
_STOCK = 1000
_ENDS = {EventType.ACCOUNT_DELETED}
_MOVES = _ENDS | {EventType.ACCOUNT_CREATED}
"""What changes the account that deals belong to."""


def of_alerts(session: Session, locale: Locale, now: datetime) -> int:
    """Tell the next changes of alerts; how many were looked at."""
    targets = TargetStore(session).held()
    if not targets:
        return 0
    store, known = AlertStore(session), KnownStore(session)
    position = known.alerts()
    store.wait_for_writers()
    if position is None:
        known.move_alerts(store.last_change())
        return 0
    changes = store.changes_after(position, limit=_BATCH)
    accounts = AccountStore(session).standing([alert.account_id for _, alert in changes])
    found = [
        News(
            event,
            payload.of_alert(alert, accounts[alert.account_id].name, locale),
            account_id=alert.account_id,
        )
        for change, alert in changes
        if (event := news.of_alert(change.change))
    ]
    DeliveryStore(session).announce(found, targets, now)
    if changes:
        known.move_alerts(changes[-1][0].id)
    return len(changes)


def has_alerts(session: Session) -> bool:
    """Whether a change of an alert was not looked at yet."""
    position = KnownStore(session).alerts()
    return position is None or AlertStore(session).last_change() > position


def of_moves(session: Session, now: datetime) -> int:
    """Tell what came of the next moves of companies among accounts; how many were looked at.

    Of a source that is removed, or that nobody took stock of yet, nothing is told.
    """
    if not TargetStore(session).held() or not has_moves(session):
        return 0  # alerts need not wait for who makes accounts
    store, known = MoveStore(session), KnownStore(session)
    position = known.moves()
    store.wait_for_writers()
    if position is None:
        known.pass_moves(store.last())
        return 0
    moves = store.after(position, limit=_BATCH)
    of_source: dict[int, list[Move]] = {}
    for move in moves:
        of_source.setdefault(move.source_id, []).append(move)
    for source in SourceStore(session).all():
        if source.id in of_source and source.state is not SourceState.REMOVING:
            SourceNews(session, source, now).tell_moves(of_source[source.id])
    if moves:
        known.pass_moves(moves[-1].id)
    return len(moves)


def has_moves(session: Session) -> bool:
    """Whether a move of a company among accounts was not looked at yet."""
    position = KnownStore(session).moves()
    return position is None or MoveStore(session).last() > position


class SourceNews:
    """What is news of one source, in one transaction."""

    def __init__(self, session: Session, source: Source, now: datetime) -> None:
        self._session = session
        self._source = source
        self._now = now
        self._known = KnownStore(session)
        self._records = RecordStore(session)
        self._raws = RawStore(session, source.id)

    def is_waiting(self, noun: Noun) -> bool:
        """Whether there is something to look at."""
        at = self._known.position(self._source.id, noun.value)
        if at is None:
            return self._raws.is_loaded(noun)
        return at != self._translated(noun)

    def tell(self, noun: Noun) -> int:
        """Tell the next changes of a noun; how many were looked at.

        What is there when the first load has ended is known from then on, and no news.
        """
        targets = TargetStore(self._session).held()
        if not targets:
            return 0
        at = self._known.position(self._source.id, noun.value)
        if at is None:
            self._take_stock(noun)
            return 0
        to = self._translated(noun)
        after = at.change_no if at.round == to.round else 0
        found = self._raws.changed(noun, after=after, limit=_BATCH)
        changed = [(number, key) for number, key in found if number <= to.change_no]
        told = self._look(noun, [key for _, key in changed])
        DeliveryStore(self._session).announce(told, targets, self._now)
        if changed and len(found) == _BATCH:
            to = Translated(to.round, changed[-1][0])
        self._known.move(self._source.id, noun.value, to)
        return len(changed)

    def tell_moves(self, moves: Collection[Move]) -> None:
        """Tell what differs of the accounts that companies left and came to, and of their deals."""
        targets = TargetStore(self._session).held()
        if self._known.position(self._source.id, Noun.COMPANY.value) is None:
            return  # its stock is to be taken, and it will be right then
        companies = {move.company_external_id for move in moves}
        ends = {end for move in moves for end in (move.from_account, move.to_account) if end}
        told = self._of_accounts(companies, ends) + self._of_their_deals(companies)
        DeliveryStore(self._session).announce(told, targets, self._now)

    def _translated(self, noun: Noun) -> Translated:
        """How far the noun is translated.

        One process at a time writes a source, so all changes up to there can be seen.
        """
        return SavingStore(self._session, self._source.id).translated(noun)

    def _take_stock(self, noun: Noun) -> None:
        """Know all that is there, once the first load has ended."""
        is_loaded, to = self._raws.is_loaded(noun), self._translated(noun)
        if not is_loaded or self._raws.changed(noun, after=to.change_no, limit=1):
            return
        wanted, after = Wanted(source_id=self._source.id), None
        kind = Company if noun is Noun.COMPANY else Deal
        while rows := self._records.records(kind, wanted, after=after, limit=_STOCK):
            keys = [row.external_id for row in rows]
            self._look(noun, keys)
            after = (str(self._source.id), keys[-1])
            self._session.expunge_all()
        self._known.move(self._source.id, noun.value, to)

    def _look(self, noun: Noun, external_ids: Collection[str]) -> list[News]:
        """What is news of these records; they are known from now on."""
        if noun is Noun.COMPANY:
            return self._of_accounts(external_ids)
        keys = [(self._source.id, key) for key in external_ids]
        found = self._records.by_keys(Deal, keys)
        return self._of_deals({deal.external_id: deal for deal in found.values()})

    def _of_accounts(self, companies: Collection[str], more: Iterable[UUID] = ()) -> list[News]:
        """What is news of the accounts that companies belong to or began, and of some more."""
        current, own = self._accounts_of(companies), {}
        for company in companies:
            own[company] = own_account(self._source.id, company)
        ids = {*current.values(), *own.values(), *more}
        store, before = AccountStore(self._session), self._known.accounts(ids)
        parts, names = store.companies(list(ids)), SourceStore(self._session).names()
        winners = WinnerStore(self._session).winners()
        told, moving, after = list[News](), set[UUID](), dict[UUID, Known]()
        for account in store.by_ids(list(ids)).values():
            data = payload.of_account(account, parts.get(account.id, []), names, winners)
            after[account.id] = Known(payload.digest_of(data), is_gone=not account.is_active)
            for event in news.of_account(before.get(account.id), after[account.id]):
                into = account.merged_into
                end = {"merged_into": into and str(into)} if event in _ENDS else {}
                told.append(News(event, data | end, account_id=account.id))
                moving |= {account.id} if event in _MOVES else set()
        self._known.keep_accounts(after)
        moved = [key for key in companies if {own[key], current.get(key)} & moving]
        return [*told, *self._of_their_deals(moved)]

    def _of_their_deals(self, companies: Collection[str]) -> list[News]:
        """What is news of deals because their companies belong to another account now."""
        if not companies or self._known.position(self._source.id, Noun.DEAL.value) is None:
            return []
        deals = self._records.deals_of_companies(self._source.id, companies)
        return self._of_deals(deals)

    def _of_deals(self, deals: Mapping[str, Deal]) -> list[News]:
        """What is news of deals."""
        before = self._known.deals(self._source.id, list(deals))
        accounts = self._accounts_of({d.company_external_id for d in deals.values()} - {None})
        told, after = list[News](), dict[str, Known]()
        for key, deal in deals.items():
            account = accounts.get(deal.company_external_id or "")
            data = payload.of_deal(deal, self._source.name, account)
            digest = payload.digest_of(data)
            after[key] = Known(digest, deal.outcome.value, is_gone=deal.is_deleted)
            told += [
                News(event, data, source_id=self._source.id)
                for event in news.of_deal(before.get(key), after[key])
            ]
        self._known.keep_deals(self._source.id, after)
        return told

    def _accounts_of(self, companies: Collection[str | None]) -> dict[str, UUID]:
        """The accounts that companies belong to now."""
        refs = {(self._source.id, Noun.COMPANY.value, key) for key in companies if key}
        return {ref[2]: at for ref, at in self._records.accounts_of(refs).items()}
