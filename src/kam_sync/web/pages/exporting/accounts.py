"""Tables of many accounts: all of them, the portfolio, who looks after them, who has left."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from kam_sync import overseeing
from kam_sync.accounts.model import Account
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.store import AlertStore
from kam_sync.kpi.periods import periods_until
from kam_sync.kpi.store import TotalStore
from kam_sync.overseeing import NOBODY, Kam, Placed, Portfolio
from kam_sync.web.pages.exporting.asked import Asking, Filter
from kam_sync.web.pages.exporting.table import AT_ONCE, Cells, Column, Kind, Table
from kam_sync.web.paging import Text

_MONTHS_BEFORE = 11  # with the running month these are twelve
_UNKNOWN = Decimal(1000)  # who has no score comes last

By = Literal["share", "health", "alerts"]
_ROWS: Mapping[By, Callable[[Placed], Any]] = {
    "share": lambda row: row.standing.place,
    "health": lambda row: (_UNKNOWN if row.health is None else row.health, row.standing.place),
    "alerts": lambda row: (-row.alerts, row.standing.place),
}
_KAMS: Mapping[By, Callable[[Kam], Any]] = {
    "share": lambda kam: -kam.share,
    "health": lambda kam: _UNKNOWN if kam.health is None else kam.health,
    "alerts": lambda kam: -kam.alerts,
}


class Found(Filter):
    """As the page of accounts is searched."""

    q: Text = ""
    source: Text = ""


class Chosen(Filter):
    """As the portfolio is looked at."""

    unit: Text = ""
    kam: Text = ""
    by: By = "share"


def accounts(asking: Asking, wanted: Found) -> Table:
    """All accounts by name, with what matters most of each."""
    source_id = asking.sources.named(wanted.source).id if wanted.source else None
    units = TotalStore(asking.session).units("won_revenue")
    _ = asking.language.gettext
    columns = [
        Column("account_id", _("Id")),
        Column("name", _("Name")),
        Column("inn", _("INN")),
        Column("kpp", _("KPP")),
        Column("responsible", _("Responsible")),
        Column("sources", _("Sources")),
        *(Column(f"won_{one}", f"{_('Won in 12 months')}, {one}", Kind.MONEY) for one in units),
        Column("open_alerts", _("Open alerts"), Kind.NUMBER),
        Column("days_since_last_won", _("Days since the last won deal"), Kind.NUMBER),
        Column("deleted", _("Deleted in the CRM")),
    ]
    return Table(_("Accounts"), columns, _rows(asking, wanted.q.strip(), source_id, units))


def _rows(
    asking: Asking, text: str, source_id: int | None, units: Sequence[str]
) -> Iterator[Cells]:
    store, last = AccountStore(asking.session), None
    alerts = Counter(one.account_id for one in AlertStore(asking.session).open_ones().values())
    while True:
        found = store.accounts(text=text, source_id=source_id, after=last, limit=AT_ONCE)
        yield from _some(asking, found, units, alerts)
        if len(found) < AT_ONCE:
            return
        last = (found[-1].name, str(found[-1].id))


def _some(
    asking: Asking, found: Sequence[Account], units: Sequence[str], alerts: Counter[UUID]
) -> Iterator[Cells]:
    ids, store, totals = (
        [one.id for one in found],
        AccountStore(asking.session),
        TotalStore(asking.session),
    )
    first = periods_until(asking.services.as_of(), asking.services.zone, count=_MONTHS_BEFORE)[0].on
    owners, origins = store.owners(ids), store.sources(ids)
    won = totals.sums(ids, "won_revenue", first=first)
    days = totals.newest(ids, "days_since_last_won")
    yes = asking.language.gettext("yes")
    for one in found:
        yield (
            str(one.id), one.name, one.inn, one.kpp,
            owners[one.id].name if one.id in owners else None,
            ", ".join(asking.sources.called(origins.get(one.id, []))),
            *(won.get((one.id, unit)) for unit in units),
            alerts[one.id], days.get(one.id), None if one.is_active else yes,
        )  # fmt: skip


def portfolio(asking: Asking, wanted: Chosen) -> Table:
    """Who makes the revenue of twelve months."""
    found = _portfolio(asking, wanted)
    names = {kam.key: kam.name for kam in found.kams}
    _ = asking.language.gettext
    columns = [
        Column("place", "№", Kind.NUMBER),
        Column("account_id", _("Id")),
        Column("name", _("Name")),
        Column("inn", _("INN")),
        Column("class", _("Class")),
        Column("responsible", _("Responsible")),
        Column("amount", _("In 12 months"), Kind.MONEY),
        Column("currency", _("Currency")),
        Column("share", _("Share"), Kind.PERCENT),
        Column("cumulative", _("With all larger ones"), Kind.PERCENT),
        Column("health", _("Health"), Kind.NUMBER),
        Column("open_alerts", _("Open alerts"), Kind.NUMBER),
    ]
    rows = (
        (
            row.standing.place, str(row.account.id), row.account.name, row.account.inn,
            row.standing.pareto.value, names[row.kam] or _("nobody"), row.standing.amount,
            found.unit, _short(row.standing.share), _short(row.standing.cumulative),
            _short(row.health), row.alerts,
        )
        for row in sorted(found.of(wanted.kam), key=_ROWS[wanted.by])
    )  # fmt: skip
    return Table(_("Portfolio"), columns, rows)


def kams(asking: Asking, wanted: Chosen) -> Table:
    """Who looks after how much."""
    found = _portfolio(asking, wanted)
    found.of(wanted.kam)
    _ = asking.language.gettext
    columns = [
        Column("responsible", _("Responsible")),
        Column("key", _("E-mail or id in the CRM")),
        Column("share", _("Share"), Kind.PERCENT),
        Column("main", _("Main accounts"), Kind.NUMBER),
        Column("smaller", _("Smaller"), Kind.NUMBER),
        Column("too_much", _("too much for one")),
        Column("health", _("Mean health"), Kind.NUMBER),
        Column("poor", _("Poor"), Kind.NUMBER),
        Column("open_alerts", _("Open alerts"), Kind.NUMBER),
    ]
    rows = (
        (
            kam.name or _("nobody"), None if kam.key == NOBODY else kam.key, _short(kam.share),
            kam.load.main, kam.load.smaller,
            _("yes") if kam.load.is_over and kam.key != NOBODY else None,
            _short(kam.health), kam.poor, kam.alerts,
        )
        for kam in sorted(found.kams, key=_KAMS[wanted.by])
        if wanted.kam in {"", kam.key}
    )  # fmt: skip
    return Table(_("By responsible user"), columns, rows)


def lost(asking: Asking, _wanted: Filter) -> Table:
    """Who bought in the year before and nothing in this one, the largest first."""
    services, _ = asking.services, asking.language.gettext
    found = overseeing.read(asking.session, services.as_of(), services.zone).lost
    owners = AccountStore(asking.session).owners([one.id for one in found])
    columns = [
        Column("account_id", _("Id")),
        Column("name", _("Name")),
        Column("inn", _("INN")),
        Column("responsible", _("Responsible")),
    ]
    rows = (
        (str(one.id), one.name, one.inn, owners[one.id].name if one.id in owners else None)
        for one in found
    )
    return Table(_("Lost in twelve months"), columns, rows)


def _portfolio(asking: Asking, wanted: Chosen) -> Portfolio:
    services = asking.services
    return overseeing.read(asking.session, services.as_of(), services.zone, wanted.unit)


def _short(number: Decimal | None) -> Decimal | None:
    """What was divided has no end of places."""
    return None if number is None else round(number, 4)
