"""Tables of what was measured of an account, and of what was changed afterwards."""

from collections.abc import Iterator

from kam_sync.accounts.facts import Correction
from kam_sync.accounts.store import CorrectionStore
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.model import Point, Restatement
from kam_sync.kpi.registry import KPIS, named
from kam_sync.kpi.store import KpiStore, Restated
from kam_sync.web.pages.chart import Measured, measured
from kam_sync.web.pages.exporting.asked import Asking, OfAccount
from kam_sync.web.pages.exporting.table import AT_ONCE, Cells, Column, Kind, Table, paged
from kam_sync.web.paging import Text
from kam_sync.web.wording import corrections as correction_words
from kam_sync.web.wording import doubts, sentences
from kam_sync.web.wording import restated as words
from kam_sync.wording import drifts


class OfKpi(OfAccount):
    """One key figure of an account, or all of them."""

    kpi: Text = ""


class Values(OfKpi):
    """In one unit, or in all."""

    unit: Text = ""


class Changed(OfKpi):
    """As the page of restatements is looked at."""

    grain: Grain = Grain.MONTH
    group: bool = False


def figures(asking: Asking, wanted: OfAccount) -> Table:
    """The newest value of every key figure, and what is said of it."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    columns = [
        *_named(asking),
        Column("month", _("Month"), Kind.DAY),
        Column("value", _("Value"), Kind.NUMBER),
        Column("unit", _("Unit")),
        Column("is_partial", _("month not over yet")),
        Column("low", _("Usual from"), Kind.NUMBER),
        Column("high", _("Usual to"), Kind.NUMBER),
        Column("said", _("What is said of it")),
    ]
    points = KpiStore(asking.session).points(account.id)
    cards = measured(points, DriftStore(asking.session).of_account(account.id))
    rows = (_figure(asking, card) for card in cards)
    return Table(f"{_('Key figures')}: {account.name}", columns, rows)


def _figure(asking: Asking, card: Measured) -> Cells:
    language, newest = asking.language, card.newest
    low, high = card.band or (None, None)
    return (
        card.kpi.key, card.kpi.title[language.locale], newest.on, newest.value, card.unit,
        language.gettext("yes") if newest.is_partial else None, low, high,
        drifts.finding(language, card.finding),
    )  # fmt: skip


def values(asking: Asking, wanted: Values) -> Table:
    """The values month by month: as they are, and as they were first told."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    kpi = named(wanted.kpi).key if wanted.kpi else ""
    columns = [
        *_named(asking),
        Column("month", _("Month"), Kind.DAY),
        Column("value", _("Value"), Kind.NUMBER),
        Column("unit", _("Unit")),
        Column("is_partial", _("month not over yet")),
        Column("reported", _("First told"), Kind.NUMBER),
        Column("changed_at", _("Changed"), Kind.TIME),
        Column("doubts", _("May be wrong by")),
    ]
    rows = (
        _value(asking, one)
        for one in KpiStore(asking.session).points(account.id)
        if one.kpi in KPIS and kpi in {"", one.kpi} and wanted.unit in {"", one.unit}
    )
    return Table(f"{_('Values')}: {account.name}", columns, rows)


def _value(asking: Asking, one: Point) -> Cells:
    language = asking.language
    return (
        one.kpi, KPIS[one.kpi].title[language.locale], one.on, one.value, one.unit,
        language.gettext("yes") if one.is_partial else None, one.reported, one.changed_at,
        "; ".join(doubts.doubts(language, [one])) or None,
    )  # fmt: skip


def restatements(asking: Asking, wanted: Changed) -> Table:
    """Values that were changed after they had been measured, the latest first."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    kpis = [named(wanted.kpi).key] if wanted.kpi else list(KPIS)
    of = Restated(account.id, wanted.group, wanted.grain)
    columns = [
        *_named(asking),
        Column("period", _("Period")),
        Column("on", _("First day"), Kind.DAY),
        Column("was", _("Was"), Kind.NUMBER),
        Column("now", _("Now"), Kind.NUMBER),
        Column("unit", _("Unit")),
        Column("at", _("When"), Kind.TIME),
        Column("why", _("Why")),
    ]

    def some(last: Restatement | None) -> list[Restatement]:
        store = KpiStore(asking.session)
        return store.restatements(of, kpis, before=last.id if last else None, limit=AT_ONCE)

    rows = (_restated(asking, wanted.grain, one) for one in paged(some))
    return Table(f"{_('Changed after the fact')}: {account.name}", columns, rows)


def _restated(asking: Asking, grain: Grain, one: Restatement) -> Cells:
    language = asking.language
    return (
        one.kpi, KPIS[one.kpi].title[language.locale], words.period(language, grain, one.on),
        one.on, one.was, one.now, one.unit, one.at, words.why(language, one.causes),
    )  # fmt: skip


def corrections(asking: Asking, wanted: OfAccount) -> Table:
    """What facts were before their source changed them, a line for each field."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    columns = [
        Column("table", _("Table")),
        Column("external_id", _("Id in the CRM")),
        Column("source", _("Source")),
        Column("at", _("When"), Kind.TIME),
        Column("field", _("Field")),
        Column("was", _("Was")),
        Column("now", _("Now")),
    ]

    def some(last: Correction | None) -> list[Correction]:
        store = CorrectionStore(asking.session)
        return store.of_account(account.id, before=last.id if last else None, limit=AT_ONCE)

    rows = (row for one in paged(some) for row in _corrected(asking, one))
    return Table(f"{_('Corrections')}: {account.name}", columns, rows)


def _corrected(asking: Asking, one: Correction) -> Iterator[Cells]:
    language = asking.language
    which = (
        sentences.noun(language, one.noun), one.external_id, asking.source_name(one.source_id),
        one.at,
    )  # fmt: skip
    if one.is_deletion:
        taken = language.gettext("taken back")
        for field, was in correction_words.lost(language, one):
            yield (*which, field, was, taken)
    for field, was, now in correction_words.changes(language, one):
        yield (*which, field, was, now)


def _named(asking: Asking) -> tuple[Column, Column]:
    return Column("kpi", _id(asking)), Column("title", asking.language.gettext("Key figure"))


def _id(asking: Asking) -> str:
    return asking.language.gettext("Id")
