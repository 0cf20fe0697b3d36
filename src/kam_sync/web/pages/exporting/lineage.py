"""The rows that a value of a KPI is made of, or that its definition reads."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from kam_sync.web import traced
from kam_sync.web.api.lineage import Line, Naming
from kam_sync.web.pages.exporting.asked import Asking, Filter
from kam_sync.web.pages.exporting.table import AT_ONCE, Cells, Column, Kind, Table, skipped
from kam_sync.web.paging import Text


class OfValue(Filter):
    """Which value."""

    account: UUID
    kpi: Text
    unit: Text = ""
    on: date | None = None


def lineage(asking: Asking, wanted: OfValue) -> Table:
    """All its rows, those that make it with what each adds."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    asked = traced.Asked(account.id, wanted.kpi, wanted.unit, wanted.on)
    found = traced.trace(asking.session, asking.services, asked)
    naming = Naming(asking.session, asking.services, asking.sources, asking.language)
    columns = [
        Column("noun", _("Records")),
        Column("source", _("Source")),
        Column("external_id", _("Id in the CRM")),
        Column("name", _("Name")),
        Column("state", _("State")),
        Column("day", _("Day"), Kind.DAY),
        Column("amount", _("Sum"), Kind.NUMBER),
        Column("divisor", _("below the line"), Kind.NUMBER),
        Column("currency", _("Currency")),
        Column("rate", _("Rate"), Kind.NUMBER),
        Column("adds", _("In %(unit)s") % {"unit": found.unit}, Kind.NUMBER),
        Column("is_within", _("In this month")),
        Column("link", _("Link"), Kind.LINK),
    ]

    def some(seen: int) -> tuple[list[Line], bool]:
        rows = found.rows(limit=AT_ONCE, skip=seen)
        return naming.rows(rows), len(rows) == AT_ONCE

    month = asking.language.month(found.on)
    title = f"{found.kpi.title[asking.language.locale]}, {month}: {account.name}"
    yes, no = _("yes"), _("no")
    return Table(
        title, columns, (_cells(one, yes if one.is_within else no) for one in skipped(some))
    )


def _cells(one: Line, is_within: str) -> Cells:
    numbers = (one.amount, one.divisor, one.rate, one.adds)
    amount, divisor, rate, adds = (None if each is None else Decimal(each) for each in numbers)
    return (
        one.noun, one.source, one.external_id, one.name, one.state or None, one.day, amount,
        divisor, one.currency, rate, adds, is_within, one.url,
    )  # fmt: skip
