"""Tables of many accounts: all of them, the portfolio, who looks after them, who has left."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from pydantic import Field

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.store import StakeStore
from kam_sync.kpi.store import (
    Asked,
    Listed,
    ListedBy,
    StandingStore,
    bought_alone,
    listed,
    units_alone,
)
from kam_sync.overseeing import NOBODY, By, KamBy, Overseer, sorted_kams
from kam_sync.web.pages.accounts import Search, asked_of
from kam_sync.web.pages.exporting.asked import Asking, Filter
from kam_sync.web.pages.exporting.table import AT_ONCE, Cells, Column, Kind, Table
from kam_sync.web.pages.portfolio import Wish, wanted_of
from kam_sync.web.paging import Text
from kam_sync.web.wording.portfolio import in_a_year


class Found(Filter):
    """As the page of accounts is searched."""

    q: Text = ""
    source: Text = ""
    owner: Text = ""
    alerts: Literal["", "yes", "no"] = ""
    there: Literal["", "yes", "no"] = ""
    by: ListedBy = ListedBy.NAME
    reverse: bool = False


class Chosen(Filter):
    """As the accounts of the portfolio are looked at."""

    unit: Text = ""
    kam: Text = ""
    pareto: Literal["", "A", "B", "C"] = Field(default="", alias="class")
    band: Literal["", "good", "fair", "poor", "unknown"] = ""
    source: Text = ""
    segment: Text = ""
    q: Text = ""
    by: By = By.PLACE
    reverse: bool = False


class Keeping(Filter):
    """As who looks after the portfolio is looked at."""

    unit: Text = ""
    kam: Text = ""
    kby: KamBy = KamBy.SHARE
    kreverse: bool = False


def accounts(asking: Asking, wanted: Found) -> Table:
    """All accounts by name, with what matters most of each."""
    search = Search(**wanted.model_dump(exclude={"plain", "lang"}))
    asked = replace(asked_of(search, asking.sources), limit=AT_ONCE)
    units, kpi = units_alone(asking.session), StandingStore(asking.session).counted_by()
    # Programs have read "won" where there are deals since the first version.
    key = "won" if kpi is None or kpi == "won_revenue" else kpi
    title = in_a_year(asking.language, kpi)
    _ = asking.language.gettext
    columns = [
        Column("account_id", _("Id")),
        Column("name", _("Name")),
        Column("inn", _("INN")),
        Column("kpp", _("KPP")),
        Column("responsible", _("Responsible")),
        Column("sources", _("Sources")),
        *(Column(f"{key}_{one}", f"{title}, {one}", Kind.MONEY) for one in units),
        Column("health", _("Health"), Kind.NUMBER),
        Column("health_change", _("Health against the month before"), Kind.NUMBER),
        Column("open_alerts", _("Open alerts"), Kind.NUMBER),
        Column("days_since_last_won", _("Days since the last won deal"), Kind.NUMBER),
        Column("deleted", _("Deleted in the CRM")),
    ]
    return Table(_("Accounts"), columns, _rows(asking, asked, units))


def _rows(asking: Asking, asked: Asked, units: Sequence[str]) -> Iterator[Cells]:
    alerts = StakeStore(asking.session).counts()
    while True:
        found = listed(asking.session, asked, alerts)
        yield from _some(asking, found, units)
        if len(found) < AT_ONCE:
            return
        asked = replace(asked, after=(found[-1].key, found[-1].id))


def _some(asking: Asking, found: Sequence[Listed], units: Sequence[str]) -> Iterator[Cells]:
    ids, store = [one.id for one in found], AccountStore(asking.session)
    owners, origins, there = store.owners(ids), store.sources(ids), store.by_ids(ids)
    won = {key: dict(of) for key, of in bought_alone(asking.session, ids).items()}
    yes = asking.language.gettext("yes")
    for one in found:
        yield (
            str(one.id), one.name, one.inn, there[one.id].kpp,
            owners[one.id].name if one.id in owners else None,
            ", ".join(asking.sources.called(origins.get(one.id, []))),
            *(won.get(one.id, {}).get(unit) for unit in units),
            _short(one.health), _short(one.change), one.alerts, one.days,
            None if one.is_active else yes,
        )  # fmt: skip


def portfolio(asking: Asking, wanted: Chosen) -> Table:
    """Who makes the revenue of twelve months."""
    overseer = Overseer(asking.session, wanted.unit)
    wish = Wish(**wanted.model_dump(exclude={"plain", "lang"}))
    placed, _count = overseer.of(replace(
        wanted_of(overseer.unit, wish, asking.sources), skip=0, limit=None
    ))  # fmt: skip
    there = AccountStore(asking.session).by_ids([row.standing.account_id for row in placed])
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
        Column("at_risk", _("At risk"), Kind.MONEY),
    ]
    rows = (
        (
            row.standing.place, str(row.standing.account_id), row.name,
            there[row.standing.account_id].inn, row.standing.pareto.value,
            row.kam_name or _("nobody"), row.standing.amount, overseer.unit,
            _short(row.standing.share), _short(row.standing.cumulative),
            _short(row.health), row.alerts, row.at_risk,
        )
        for row in placed
    )  # fmt: skip
    return Table(_("Portfolio"), columns, rows)


def kams(asking: Asking, wanted: Keeping) -> Table:
    """Who looks after how much."""
    overseer = Overseer(asking.session, wanted.unit)
    overseer.check(wanted.kam)
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
        Column("at_risk", _("At risk"), Kind.MONEY),
    ]
    rows = (
        (
            kam.name or _("nobody"), None if kam.key == NOBODY else kam.key, _short(kam.share),
            kam.load.main, kam.load.smaller,
            _("yes") if kam.load.is_over and kam.key != NOBODY else None,
            _short(kam.health), kam.poor, kam.alerts, kam.at_risk,
        )
        for kam in sorted_kams(overseer.kams, wanted.kby, turned=wanted.kreverse)
        if wanted.kam in {"", kam.key}
    )  # fmt: skip
    return Table(_("By responsible user"), columns, rows)


def lost(asking: Asking, _wanted: Filter) -> Table:
    """Who bought in the year before and nothing in this one, the largest first."""
    _ = asking.language.gettext
    found, store = Overseer(asking.session).lost(), AccountStore(asking.session)
    ids = [one.account_id for one in found]
    owners, there = store.owners(ids), store.by_ids(ids)
    columns = [
        Column("account_id", _("Id")),
        Column("name", _("Name")),
        Column("inn", _("INN")),
        Column("responsible", _("Responsible")),
    ]
    rows = (
        (str(key), there[key].name, there[key].inn, owners[key].name if key in owners else None)
        for key in ids
    )
    return Table(_("Lost in twelve months"), columns, rows)


def _short(number: Decimal | None) -> Decimal | None:
    """What was divided has no end of places."""
    return None if number is None else round(number, 4)
