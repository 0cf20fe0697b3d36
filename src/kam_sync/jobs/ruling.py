"""What people do to rules: judged anew soon after; and what a rule would have done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.store import AlertStore, OfMonth, Score, ScoreStore
from kam_sync.base.clock import start_of_day
from kam_sync.drift.backtest import Fired, House, Look, backtests
from kam_sync.drift.registry import BadRule, Known, text_of
from kam_sync.drift.rule import Rule
from kam_sync.drift.store import RuleStore
from kam_sync.jobs import queue
from kam_sync.kpi.periods import shift
from kam_sync.wiring import Services

_YEAR = timedelta(days=365)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have opened in the past, with the names of the accounts."""

    fired: list[Fired]
    names: dict[UUID, str]
    """By account."""
    looks: Mapping[UUID, Sequence[Look]]
    """What was seen of each of these accounts."""
    before: list[Fired] | None = None
    """What another rule would have opened; None where nobody asked."""


def known(services: Services) -> tuple[list[Known], dict[str, Score]]:
    """All rules, and by key how those of the last year did."""
    with services.database.transaction() as session:
        scores = ScoreStore(session).by_rule(services.now() - _YEAR)
        return RuleStore(session).known(), scores


def one(services: Services, key: str) -> tuple[Known, Score | None]:
    """A rule by its key, or NotHere, and how it did in the last year."""
    with services.database.transaction() as session:
        score = ScoreStore(session).by_rule(services.now() - _YEAR).get(key)
        return RuleStore(session).one(key), score


def save(services: Services, text: str, *, by: str) -> Rule:
    """Keep a rule as somebody wrote it. Raises BadRule."""
    with services.database.transaction() as session:
        rule = RuleStore(session).save(text, by, services.now())
        queue.defer_measure(session)
        return rule


def add(services: Services, rule: Rule, *, by: str) -> Rule:
    """Keep a rule that is not there yet. Raises BadRule where one of that key is."""
    if rule.key in {one.key for one in known(services)[0]}:
        raise BadRule(f"key {rule.key}: there is such a rule already; change that one")
    return save(services, text_of(rule), by=by)


def switch(services: Services, key: str, *, is_on: bool, by: str) -> Rule:
    """Switch a rule on or off. Raises NotHere, and BadRule where it cannot be read any more."""
    with services.database.transaction() as session:
        rule = RuleStore(session).readable(key)
    return save(services, text_of(rule.model_copy(update={"is_on": is_on})), by=by)


def reset(services: Services, key: str) -> None:
    """Take back what people wrote: one of ours is as it came again, another is no more."""
    with services.database.transaction() as session:
        RuleStore(session).forget(key)
        queue.defer_measure(session)


def tried(services: Services, rule: Rule, beside: Rule | None = None) -> Tried:
    """What a rule would have opened in the last year (by days: in 90 days).

    Args:
        beside: another one that it is compared with, as the rule is saved.
    """
    currency = services.settings.currency
    house = House(services.as_of(), services.zone, services.workdays, currency)
    with services.database.transaction() as session:
        past, *before = backtests(session, [rule, *([beside] if beside else [])], house)
        accounts = AccountStore(session).standing(list(past.looks))
        names = {key: found.name for key, found in accounts.items()}
        return Tried(past.fired, names, past.looks, before[0].fired if before else None)


def open_count(services: Services, key: str) -> int:
    """How many alerts of a rule are open."""
    with services.database.transaction() as session:
        return AlertStore(session).open_count(key)


def months(services: Services, key: str) -> list[OfMonth]:
    """The alerts of a rule in each of twelve months, of which the last one is running."""
    today = services.as_of().astimezone(services.zone).date()
    first = shift(today.replace(day=1), 1 - _MONTHS)
    with services.database.transaction() as session:
        found = ScoreStore(session).by_month(key, start_of_day(first, services.zone), services.zone)
    ons = [shift(first, month) for month in range(_MONTHS)]
    return [found.get(on, OfMonth(on)) for on in ons]
