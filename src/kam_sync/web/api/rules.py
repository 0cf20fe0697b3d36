"""Rules: what opens alerts, how they did, and what one would have opened."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.alerts.store import Score
from kam_sync.base.errors import WrongUse
from kam_sync.drift.backtest import Fired
from kam_sync.drift.model import Kind, Severity
from kam_sync.drift.registry import Known, parsed, text_of
from kam_sync.drift.rule import Direction, Rule, Sensitivity
from kam_sync.drift.store import RuleStore
from kam_sync.jobs import ruling
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.values import Moment, Value, value
from kam_sync.notify.shapes import AccountId
from kam_sync.web import paging
from kam_sync.web.deps import By, Reading, Serving, Speaking, in_the_name_of
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["alerts"])

_LONGEST = 20_000
_BY_KEY = Cursor("rules", paging.text)


class ScoreOfRule(BaseModel):
    """How the alerts of the last year did."""

    opened: int
    true: int = Field(description="There was something to do.")
    false: int
    known: int = Field(description="It was so, and no news.")
    precision: float | None = Field(description="true / (true + false); null where nobody said.")
    found_after_days: float | None = Field(description="Median from the onset to the alert.")
    answered_after_hours: float | None = Field(description="Median to the first answer.")


class RuleAnswer(BaseModel):
    """What opens alerts."""

    key: str = Field(examples=["won_revenue"])
    title: str | None = Field(description="null where it cannot be read any more.")
    kind: Kind | None
    kpi: str | None
    grain: Grain | None
    direction: Direction | None
    sensitivity: Sensitivity | None
    severity: Severity | None
    is_on: bool
    is_ours: bool = Field(description="Whether it came with us, changed or not.")
    changed_by: str | None = Field(description="null where nobody has changed it.")
    changed_at: Moment | None
    wrong: str | None = Field(description="Why it cannot be read any more.")
    text: str = Field(description="The whole rule, as YAML: see docs/rules.md.")
    score: ScoreOfRule | None = Field(description="null where it has opened nothing.")


class RuleText(BaseModel):
    """A rule as people write it."""

    model_config = ConfigDict(extra="forbid")

    text: Text = Field(max_length=_LONGEST, description="YAML: see docs/rules.md.")
    by: Text = Field(
        default="",
        max_length=200,
        description="In whose name; that of the key stands beside it.",
    )


class Trial(BaseModel):
    """A rule that is not saved; none: the one in the path."""

    model_config = ConfigDict(extra="forbid")

    text: Text | None = Field(default=None, max_length=_LONGEST)


class FiredAnswer(BaseModel):
    """An alert that would have been opened."""

    account_id: AccountId
    account_name: str
    kpi: str
    on: date = Field(description="When people would have been told.")
    until: date | None = Field(description="When it would have ended; null: it is open still.")
    since: date | None
    observed: Value | None
    expected: Value | None
    gap: float | None


class TrialAnswer(BaseModel):
    """What a rule would have opened in the last year (by days: in 90), the latest first."""

    count: int
    accounts: int
    fired: list[FiredAnswer]


@router.get("/rules")
def list_rules(services: Serving, locale: Speaking, query: Asked[Paging]) -> Page[RuleAnswer]:
    """All rules, in the order of their KPIs."""
    known, scores = ruling.known(services)
    after, keys = _BY_KEY.read(query.cursor), [one.key for one in known]
    begin = 0 if after is None else keys.index(after[0]) + 1 if after[0] in keys else len(keys)
    kept, cursor = paging.page(known[begin:], query.limit, lambda one: _BY_KEY.write(one.key))
    items = [_answer(one, scores.get(one.key), locale) for one in kept]
    return Page(items=items, next_cursor=cursor)


@router.get("/rules/{key}")
def get_rule(services: Serving, key: str, locale: Speaking) -> RuleAnswer:
    """One rule."""
    one, score = ruling.one(services, key)
    return _answer(one, score, locale)


@router.put("/rules/{key}")
def save_rule(
    services: Serving, key: str, said: Annotated[RuleText, Body()], locale: Speaking, by: By
) -> RuleAnswer:
    """Add a rule, or change one; it counts from the next measuring on."""
    _named(key, said.text)
    ruling.save(services, said.text, by=in_the_name_of(said.by, by))
    return get_rule(services, key, locale)


@router.delete("/rules/{key}", status_code=204)
def reset_rule(services: Serving, key: str) -> None:
    """Take back all changes: one of ours is as it came, another is no more."""
    ruling.reset(services, key)


@router.post("/rules/{key}/backtest")
def try_rule(
    services: Serving, session: Reading, key: str, said: Annotated[Trial, Body()]
) -> TrialAnswer:
    """Say what a rule would have opened, by values as they were first reported."""
    rule = RuleStore(session).readable(key) if said.text is None else _named(key, said.text)
    tried = ruling.tried(services, rule)
    fired = [_fired(one, tried.names) for one in tried.fired]
    return TrialAnswer(count=len(fired), accounts=len(tried.names), fired=fired)


def _named(key: str, text: str) -> Rule:
    rule = parsed(text, "text")
    if rule.key != key:
        raise WrongUse(f"text: key: it says {rule.key}, the address says {key}")
    return rule


def _answer(one: Known, score: Score | None, locale: Speaking) -> RuleAnswer:
    rule = one.rule
    names = ("kind", "kpi", "grain", "direction", "sensitivity", "severity")
    text = one.text or (text_of(rule) if rule else "")
    return RuleAnswer(
        **{name: getattr(rule, name) if rule else None for name in names},
        key=one.key, title=rule.title[locale] if rule else None,
        is_on=rule is not None and rule.is_on,
        is_ours=one.text is None or one.ours is not None, changed_by=one.by or None,
        changed_at=one.at, wrong=one.wrong or None, text=text,
        score=None if score is None else ScoreOfRule.model_validate(
            score, from_attributes=True
        ),
    )  # fmt: skip


def _fired(one: Fired, names: Mapping[UUID, str]) -> FiredAnswer:
    said = one.said
    measure = KPIS[said.kpi].measure

    def shown(number: float | None) -> Value | None:
        return None if number is None else value(number, measure, said.unit)

    return FiredAnswer(
        account_id=str(said.account_id), account_name=names[said.account_id], kpi=said.kpi,
        on=one.on, until=one.until, since=said.since, gap=said.gap,
        observed=shown(said.observed), expected=shown(said.expected),
    )  # fmt: skip
