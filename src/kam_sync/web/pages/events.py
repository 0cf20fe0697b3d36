"""What happened while a key figure moved: won deals, alerts, merges, other numbers than before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from kam_sync.accounts.store import DealStore, MoveStore
from kam_sync.alerts.store import AlertStore
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.model import Cause, Restatement
from kam_sync.kpi.store import KpiStore, Restated
from kam_sync.web.pages.account_head import Opened
from kam_sync.web.pages.chart import Measured
from kam_sync.web.wording import events as words
from kam_sync.web.wording.language import Language

_MOST_WINS, _MOST = 12, 200
_LARGE = 2.0
"""A won deal is worth a mark when it is this many times the mean one of the span."""


class Lane(StrEnum):
    """In which row below the chart an event is marked; each has a shape of its own."""

    DEALS = "deals"
    ALERTS = "alerts"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is worth a mark."""

    on: date
    lane: Lane
    text: str

    @property
    def month(self) -> date:
        """The first day of its month."""
        return self.on.replace(day=1)


def events(page: Opened, card: Measured, first: date) -> list[Event]:
    """All events since a month that have to do with a key figure, oldest first."""
    found = [*_wins(page, first), *_alerts(page, card), *_moves(page), *_changed(page, card)]
    return sorted((one for one in found if one.on >= first), key=lambda one: (one.on, one.lane))


def _wins(page: Opened, first: date) -> Iterator[Event]:
    since = datetime.combine(max(first, date(1970, 1, 1)), time.min, UTC)
    wins = DealStore(page.session).large_wins(
        page.account.id, since, times=_LARGE, limit=_MOST_WINS
    )
    for name, amount, currency, at in wins:
        text = words.won(page.language, name, amount, currency)
        yield Event(page.language.day_of(at), Lane.DEALS, text)


def _alerts(page: Opened, card: Measured) -> Iterator[Event]:
    language = page.language
    for alert in AlertStore(page.session).alerts(account_id=page.account.id, limit=_MOST):
        if (alert.kpi, alert.unit) != (card.kpi.key, card.unit):
            continue
        yield Event(language.day_of(alert.opened_at), Lane.ALERTS, words.opened(language))
        if alert.resolved_at is not None:
            yield Event(language.day_of(alert.resolved_at), Lane.ALERTS, words.over(language))


def _moves(page: Opened) -> Iterator[Event]:
    for move in MoveStore(page.session).of_account(page.account.id, limit=_MOST):
        text = words.moved(page.language, move, page.account.id)
        yield Event(page.language.day_of(move.at), Lane.DATA, text)


def _changed(page: Opened, card: Measured) -> Iterator[Event]:
    wanted = Restated(account_id=page.account.id, grain=Grain.MONTH)
    found = KpiStore(page.session).restatements(wanted, [card.kpi.key], limit=_MOST)
    mine = [one for one in found if one.unit == card.unit]
    for day, cause in _days(page.language, mine):
        yield Event(day, Lane.DATA, words.restated(page.language, cause))


def _days(language: Language, found: Iterable[Restatement]) -> list[tuple[date, Cause | None]]:
    """Each day on which values were changed, with each cause once; merges are told anyway."""
    known = set(Cause)
    return sorted(
        {
            (language.day_of(one.at), Cause(cause) if cause in known else None)
            for one in found
            for cause in one.causes or [""]
            if cause != Cause.ACCOUNT
        },
        key=str,
    )
