"""A CRM in memory that changes without a word, and a shop of it whose deals are compared."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connectors import Cursor, NoRights, Noun, Page, RawRecord
from kam_sync import flow
from kam_sync.base.clock import stopped_at
from kam_sync.intake.model import RunState
from kam_sync.ledger.model import Check
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import AskableCrm, ServicesOf, connected

Shop = tuple[ServicesOf, int]


@dataclass
class LedgerCrm(AskableCrm):
    """The same, and it may change, refuse or show nothing while a whole list is read."""

    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    """Done one by one before the last page of the next whole list of deals."""
    refused: set[Noun] = field(default_factory=set)
    empty: set[Noun] = field(default_factory=set)
    """Nouns of which the account shows no list at all."""
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    """Done one by one when a connection to it is closed."""

    def close(self) -> None:
        """The same, with what happens afterwards."""
        super().close()
        while self.afterwards:
            self.afterwards.pop()()

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Pages as before, with what happens meanwhile."""
        if noun in self.refused:
            raise NoRights(f"{noun}: refused")
        if noun in self.empty:
            return
        for page in super().pull(noun, cursor):
            if page.records == () and page.is_whole and noun is Noun.DEAL:
                while self.meanwhile:
                    self.meanwhile.pop()()
            yield page


def shop_of_deals() -> LedgerCrm:
    """Three companies; five deals, four of the first company and one of the second."""
    crm = LedgerCrm()
    crm.fill(Noun.COMPANY, 3)
    crm.fill(Noun.DEAL, 4, company="1")
    crm.put(Noun.DEAL, "5", company="2")
    return crm


def opened(services: Services, crm: LedgerCrm) -> Shop:
    """The CRM, connected and synced once."""
    shop, source_id = connected(services, crm)
    assert flow.sync(shop, source_id).state is RunState.DONE
    return shop, source_id


def behind_our_back(crm: LedgerCrm, id_: str, **values: object) -> None:
    """Change a deal, or add one, and leave its time of change as old as it can be."""
    crm.put(Noun.DEAL, id_, **values)
    crm.changed[Noun.DEAL, id_] = 0


def on_day(shop: Shop, day: int) -> Shop:
    """The same shop on another day of December."""
    return replace(shop[0], now=stopped_at(datetime(2026, 12, day, 9, tzinfo=UTC))), shop[1]


def reconcile(shop: Shop, noun: Noun = Noun.DEAL, **how: Any) -> flow.Reconciled:
    """Compare a noun."""
    services, source_id = shop
    return flow.reconcile(services, source_id, noun, **{"watch": lambda *_: None} | how)


def check(shop: Shop, noun: Noun = Noun.DEAL, **how: Any) -> Check:
    """What the ledger says of a noun that was compared without trouble."""
    result = reconcile(shop, noun, **how)
    assert (result.state, result.message) == (RunState.DONE, "")
    assert result.check is not None
    return result.check


def records(services: Services, of: Check) -> list[tuple[Any, ...]]:
    """The records of a check."""
    query = "SELECT external_id, kind, is_left FROM ledger_record WHERE check_id = :id ORDER BY 1"
    return ask(services, query, id=of.id)


def lines(services: Services, of: Check) -> list[tuple[Any, ...]]:
    """What a check says of each account, the one with most deals first."""
    query = (
        "SELECT account_id, here, there, sum_here, sum_there, differing, found"
        " FROM ledger_account WHERE check_id = :id ORDER BY here DESC"
    )
    return ask(services, query, id=of.id)


def deals(services: Services) -> list[tuple[Any, ...]]:
    """The living deals with their amounts."""
    query = "SELECT external_id, amount FROM deal WHERE NOT is_deleted ORDER BY 1"
    return ask(services, query)


class LongCrm(LedgerCrm):
    """A list of so many deals that are made while it is read."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Pages of 250 deals."""
        for first in range(0, self._count, 250):
            keys = map(str, range(first, first + 250))
            rows = (RawRecord(noun, key, {"name": key, "text": key * 500}) for key in keys)
            yield Page(tuple(rows), is_whole=True)
