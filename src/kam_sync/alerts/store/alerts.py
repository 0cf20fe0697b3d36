"""Alerts and their changes. The database itself allows one open alert per identity."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.alerts.causes import is_hushed
from kam_sync.alerts.life import Life, State, Turn
from kam_sync.alerts.lifecycle import facts_of
from kam_sync.alerts.model import NEWS, NO_WORD, Alert, Change, ChangeKind, Facts, Weight, Word
from kam_sync.base.db import Session, hold_still, table_of
from kam_sync.base.errors import NotHere
from kam_sync.drift.model import Finding, Severity
from kam_sync.drift.rule import Rule

Identity = tuple[UUID, str]
"""Account and rule."""
_NEWER = ("unit", "observed", "since", "on")
"""What is expected moves a little whenever another account does, which is no news."""
KNOWN = tuple(state for state in State if state not in {State.PENDING, State.RESOLVED})
"""The states of what people know of and what is not over."""


class Order(StrEnum):
    """Which alert comes first."""

    NEWEST = "newest"
    GRAVEST = "rank"


class AlertRow(Alert, table=True):
    """Alerts."""

    __tablename__ = "alert"
    __table_args__ = (
        sa.Index(
            "alert_one_open", "account_id", "rule",
            unique=True, postgresql_where=sa.text("state <> 'resolved'"),
        ),
        sa.Index("alert_opened", "opened_at", "id"),
        sa.Index("alert_rank", "rank", "id"),
    )  # fmt: skip

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    inhibited_by: UUID | None = Field(
        default=None, foreign_key="alert.id", ondelete="SET NULL", index=True
    )


class ChangeRow(Change, table=True):
    """The history of alerts."""

    __tablename__ = "alert_change"

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    alert_id: UUID = Field(foreign_key="alert.id", ondelete="CASCADE", index=True)


def was_told() -> sa.ColumnElement[bool]:
    """Whether people were told of an alert, as a clause of a query about AlertRow."""
    return sa.exists().where(
        col(ChangeRow.alert_id) == AlertRow.id,
        col(ChangeRow.change).in_(NEWS),
        ~col(ChangeRow.is_quiet),
    )


class AlertStore:
    """Reads and writes alerts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open_ones(self) -> dict[Identity, Alert]:
        """All alerts that people know of and that are not over, by identity."""
        query = select(AlertRow).where(col(AlertRow.state).in_(KNOWN))
        return {(row.account_id, row.rule): row for row in self._session.scalars(query)}

    def open_count(self, rule: str) -> int:
        """How many of these are of one rule."""
        query = select(sa.func.count()).where(col(AlertRow.state).in_(KNOWN), AlertRow.rule == rule)
        return self._session.scalar(query) or 0

    def mark(self) -> str:
        """Another text whenever an alert opened or changed."""
        return str(self._session.scalar(select(sa.func.max(ChangeRow.id))) or "")

    def standing(self) -> dict[Identity, Alert]:
        """By identity the alert that stands in the way of a new one: open, or not armed.

        Nobody acknowledges one of them until the transaction ends.
        """
        query = select(AlertRow).where(
            (col(AlertRow.state) != State.RESOLVED) | ~col(AlertRow.is_armed)
        )
        query = query.order_by(col(AlertRow.opened_at), col(AlertRow.state) != State.RESOLVED)
        query = query.with_for_update()
        return {(row.account_id, row.rule): row for row in self._session.scalars(query)}

    def begin(self, finding: Finding, rule: Rule, life: Life, now: datetime) -> Alert:
        """A new alert about a finding of a rule."""
        facts = facts_of(finding)
        row = AlertRow(
            id=uuid4(), account_id=finding.account_id, rule=rule.key, kpi=finding.kpi,
            kind=finding.kind, severity=rule.severity, opened_at=now, changed_at=now,
            **_columns(life), **facts.model_dump(),
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        return row

    def turn(
        self,
        alert: Alert,
        step: tuple[Life, Sequence[Turn]],
        now: datetime,
        *,
        facts: Facts | None = None,
        word: Word = NO_WORD,
    ) -> list[ChangeKind]:
        """Keep where an alert stands now, what has happened to it, and its newest numbers.

        Returns:
            what was written down; nothing where all is as it was.
        """
        life, turns = step
        row = self._row(alert.id)
        is_news = facts is not None and any(
            getattr(facts, name) != getattr(row, name) for name in _NEWER
        )
        if facts is not None:
            row.sqlmodel_update(facts.model_dump())
        kinds = [ChangeKind(turn.value) for turn in turns]
        if is_news and not kinds:
            kinds = [ChangeKind.REFRESHED]
        row.sqlmodel_update(_columns(life))
        if kinds:
            row.changed_at = now
        if not life.is_open and row.resolved_at is None:
            row.resolved_at = now
        for kind in kinds:
            self.write(row, kind, now, word)
        return kinds

    def weigh(self, alert: Alert, weight: Weight) -> None:
        """Keep how much it matters, and which other one tells of it."""
        self._row(alert.id).sqlmodel_update(asdict(weight))

    def alert(self, alert_id: UUID) -> Alert:
        """One alert, or NotHere."""
        return self._row(alert_id)

    def locked(self, alert_id: UUID) -> Alert:
        """One alert that nobody else changes until the transaction ends, or NotHere."""
        query = select(AlertRow).where(AlertRow.id == alert_id).with_for_update()
        found = self._session.scalar(query.execution_options(populate_existing=True))
        if found is None:
            raise NotHere(f"alert {alert_id}: no such alert")
        return found

    def grade(self, alert: Alert, severity: Severity) -> None:
        """Keep how grave it is, as its rule says now."""
        self._row(alert.id).severity = severity

    def assign(self, alert_id: UUID, assignee: str) -> None:
        """Keep who looks after it."""
        self._row(alert_id).assignee = assignee

    def history(self, alert_id: UUID) -> list[Change]:
        """The changes of an alert, oldest first."""
        query = select(ChangeRow).where(ChangeRow.alert_id == alert_id)
        return list(self._session.scalars(query.order_by(col(ChangeRow.id))))

    def alerts(
        self,
        *,
        states: Collection[State] = (),
        account_id: UUID | None = None,
        order: Order = Order.NEWEST,
        after: tuple[datetime | float, UUID] | None = None,
        limit: int,
    ) -> list[Alert]:
        """Alerts in an order; those after one, by what it is ordered by and its id."""
        column: Any = AlertRow.rank if order is Order.GRAVEST else AlertRow.opened_at
        key = (col(column), col(AlertRow.id))
        query = select(AlertRow).order_by(*(column.desc() for column in key)).limit(limit)
        if states:
            query = query.where(col(AlertRow.state).in_(states))
        if account_id is not None:
            query = query.where(AlertRow.account_id == account_id)
        if after is not None:
            query = query.where(sa.tuple_(*key) < sa.tuple_(*(sa.literal(part) for part in after)))
        return list(self._session.scalars(query))

    def over_since(self, moment: datetime, *, limit: int) -> list[Alert]:
        """What people knew of and is over since then, the latest first."""
        ended, shown = col(AlertRow.resolved_at), col(AlertRow.id)
        query = select(AlertRow).where(ended >= moment, was_told()).limit(limit)
        return list(self._session.scalars(query.order_by(ended.desc(), shown)))

    def changes_after(self, change_id: int, *, limit: int) -> list[tuple[Change, Alert]]:
        """Changes of all alerts in the order in which they happened."""
        query = (
            select(ChangeRow, AlertRow)
            .join(AlertRow, col(AlertRow.id) == col(ChangeRow.alert_id))
            .where(col(ChangeRow.id) > change_id)
            .order_by(col(ChangeRow.id))
            .limit(limit)
        )
        return [(change, alert) for change, alert in self._session.execute(query)]

    def changes_of_account(self, account_id: UUID, *, limit: int) -> list[tuple[Change, Alert]]:
        """What happened to the alerts of an account, the latest first."""
        query = (
            select(ChangeRow, AlertRow)
            .join(AlertRow, col(AlertRow.id) == col(ChangeRow.alert_id))
            .where(col(AlertRow.account_id) == account_id)
            .order_by(col(ChangeRow.id).desc())
            .limit(limit)
        )
        return [(change, alert) for change, alert in self._session.execute(query)]

    def by_ids(self, alert_ids: Collection[UUID]) -> dict[UUID, Alert]:
        """Some alerts, by id."""
        query = select(AlertRow).where(col(AlertRow.id).in_(alert_ids))
        return {row.id: row for row in self._session.scalars(query)}

    def changes(self, change_ids: Collection[int]) -> dict[int, tuple[Change, Alert]]:
        """Some changes with their alerts, by id."""
        query = select(ChangeRow, AlertRow).join(AlertRow, col(AlertRow.id) == ChangeRow.alert_id)
        query = query.where(col(ChangeRow.id).in_(change_ids))
        return {change.id: (change, alert) for change, alert in self._session.execute(query)}

    def wait_for_writers(self) -> None:
        """Wait until every change that has drawn its id can be seen; none is written meanwhile.

        Who keeps a position among the ids would else run past one whose writer commits late.
        Later writers stand behind who waits here, so after a moment it is Busy.
        """
        hold_still(self._session, table_of(ChangeRow), "alerts")

    def last_change(self) -> int:
        """The id of the newest change; 0 when there is none."""
        return self._session.scalar(sa.select(sa.func.max(col(ChangeRow.id)))) or 0

    def _row(self, alert_id: UUID) -> AlertRow:
        found = self._session.get(AlertRow, alert_id)
        if found is None:
            raise NotHere(f"alert {alert_id}: no such alert")
        return found

    def write(
        self, alert: Alert, change: ChangeKind, now: datetime, word: Word = NO_WORD
    ) -> Change:
        """Write down what has happened to an alert."""
        row = ChangeRow(
            alert_id=alert.id, change=change, at=now, observed=alert.observed,
            expected=alert.expected, gap=alert.gap, by=word.by, note=word.note, until=alert.until,
            is_quiet=alert.inhibited_by is not None and self._is_hushed(alert, change),
        )  # fmt: skip
        self._session.add(row)
        return row

    def _is_hushed(self, alert: Alert, change: ChangeKind) -> bool:
        told = select(AlertRow.id).where(AlertRow.id == alert.id, was_told())
        return is_hushed(change, was_told=self._session.scalar(told) is not None)


def _columns(life: Life) -> dict[str, Any]:
    named = asdict(life)
    named["entered_at"] = named.pop("since")
    return named
