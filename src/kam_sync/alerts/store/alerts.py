"""Alerts and their changes. The database itself allows one open alert per identity."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.alerts.model import Alert, AlertState, Change, ChangeKind, Facts
from kam_sync.base.db import Session, hold_still, table_of
from kam_sync.base.errors import NotHere
from kam_sync.drift.model import Finding, Kind

Identity = tuple[UUID, str, Kind]


class AlertRow(Alert, table=True):
    """Alerts."""

    __tablename__ = "alert"
    __table_args__ = (
        sa.Index(
            "alert_one_open", "account_id", "kpi", "kind",
            unique=True, postgresql_where=sa.text("state <> 'resolved'"),
        ),
        sa.Index("alert_opened", "opened_at", "id"),
    )  # fmt: skip

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE", index=True)


class ChangeRow(Change, table=True):
    """The history of alerts."""

    __tablename__ = "alert_change"

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    alert_id: UUID = Field(foreign_key="alert.id", ondelete="CASCADE", index=True)


class AlertStore:
    """Reads and writes alerts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open_ones(self) -> dict[Identity, Alert]:
        """All open alerts by identity."""
        query = select(AlertRow).where(AlertRow.state != AlertState.RESOLVED)
        return {(row.account_id, row.kpi, row.kind): row for row in self._session.scalars(query)}

    def open(self, finding: Finding, facts: Facts, now: datetime) -> None:
        """Open an alert about a finding."""
        row = AlertRow(
            id=uuid4(),
            account_id=finding.account_id,
            kpi=finding.kpi,
            kind=finding.kind,
            state=AlertState.OPEN,
            opened_at=now,
            changed_at=now,
            **facts.model_dump(),
        )
        self._session.add(row)
        self._session.flush()
        self._write(row, ChangeKind.OPENED, now)

    def refresh(self, alert: Alert, facts: Facts, now: datetime) -> None:
        """Give an open alert its newest numbers."""
        row = self._row(alert.id)
        row.sqlmodel_update(facts.model_dump())
        row.changed_at = now
        self._write(row, ChangeKind.REFRESHED, now)

    def resolve(self, alert: Alert, now: datetime, facts: Facts | None = None) -> None:
        """Close an alert whose KPI has come back."""
        row = self._row(alert.id)
        if facts is not None:
            row.sqlmodel_update(facts.model_dump())
        row.state, row.changed_at, row.resolved_at = AlertState.RESOLVED, now, now
        self._write(row, ChangeKind.RESOLVED, now)

    def alert(self, alert_id: UUID) -> Alert:
        """One alert, or NotHere."""
        return self._row(alert_id)

    def history(self, alert_id: UUID) -> list[Change]:
        """The changes of an alert, oldest first."""
        query = select(ChangeRow).where(ChangeRow.alert_id == alert_id)
        return list(self._session.scalars(query.order_by(col(ChangeRow.id))))

    def alerts(
        self,
        *,
        state: AlertState | None = None,
        account_id: UUID | None = None,
        after: tuple[datetime, UUID] | None = None,
        limit: int,
    ) -> list[Alert]:
        """Alerts, newest first."""
        key = (col(AlertRow.opened_at), col(AlertRow.id))
        query = select(AlertRow).order_by(*(column.desc() for column in key)).limit(limit)
        if state is not None:
            query = query.where(AlertRow.state == state)
        if account_id is not None:
            query = query.where(AlertRow.account_id == account_id)
        if after is not None:
            query = query.where(sa.tuple_(*key) < sa.tuple_(*(sa.literal(part) for part in after)))
        return list(self._session.scalars(query))

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

    def _write(self, alert: Alert, change: ChangeKind, now: datetime) -> None:
        self._session.add(
            ChangeRow(
                alert_id=alert.id,
                change=change,
                at=now,
                observed=alert.observed,
                expected=alert.expected,
                gap=alert.gap,
            )
        )
