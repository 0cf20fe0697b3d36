"""What channels tell, or have told. The database allows one row for a change and a channel."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select

from kam_sync.base.db import Session, table_of
from kam_sync.base.errors import NotHere
from kam_sync.notify.attention import Told
from kam_sync.notify.channel import Event, Send, SendState
from kam_sync.notify.due import Due
from kam_sync.notify.model import Waiting
from kam_sync.notify.store.channels import ChannelRow

_TO_BE_SENT = (SendState.WAITING, SendState.HELD)
_IS_TO_BE_SENT = sa.text("state IN ('waiting', 'held')")
_UNTRIED = {"state": SendState.WAITING, "attempts": 0, "first_tried_at": None, "error": ""}


class SendRow(Send, table=True):
    """A change of an alert on its way to a channel."""

    __tablename__ = "channel_send"
    __table_args__ = (
        sa.UniqueConstraint("change_id", "channel_id", name="channel_send_once"),
        sa.Index("channel_send_of_channel", "channel_id", "id"),
        sa.Index(
            "channel_send_waiting", "channel_id", "due_at", "id", postgresql_where=_IS_TO_BE_SENT
        ),
    )

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    change_id: int = Field(foreign_key="alert_change.id", ondelete="CASCADE", sa_type=sa.BigInteger)
    channel_id: int = Field(foreign_key="channel.id", ondelete="CASCADE")
    alert_id: UUID = Field(foreign_key="alert.id", ondelete="CASCADE", index=True)


class SendStore:
    """Reads and writes what channels tell."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, event: Event, change: tuple[int, UUID], channel_id: int, due: Due,
            now: datetime) -> bool:  # fmt: skip
        """Keep a change, of an alert, for a channel; False when it was kept before."""
        new = insert(table_of(SendRow)).values(
            change_id=change[0], alert_id=change[1], channel_id=channel_id, event=event,
            state=due.state, made_at=now, due_at=due.at, attempts=0, error="",
            in_digest=due.in_digest,
        )  # fmt: skip
        added = new.on_conflict_do_nothing(constraint="channel_send_once")
        return self._session.scalar(added.returning(table_of(SendRow).c.id)) is not None

    def due(self, channel_id: int, now: datetime, *, limit: int) -> list[Send]:
        """What is due for a channel, what has waited longest first; none while it rests."""
        query = select(SendRow).join(ChannelRow, col(ChannelRow.id) == col(SendRow.channel_id))
        query = query.where(SendRow.channel_id == channel_id, *_is_due(now))
        query = query.order_by(col(SendRow.due_at), col(SendRow.id)).limit(limit)
        return list(self._session.scalars(query))

    def told(self, channel_id: int, alert_ids: Collection[UUID], week: datetime) -> Told:
        """Which of these alerts a channel tells by themselves, and how many since a week began.

        What is told because nobody answered costs no attention of that week.
        """
        row = table_of(SendRow).c
        its = row.channel_id == channel_id, ~row.in_digest
        known = sa.select(row.alert_id).where(*its, row.alert_id.in_(alert_ids)).distinct()
        usual = sa.select(row.alert_id).where(*its, row.event != Event.ESCALATED)
        first = usual.group_by(row.alert_id).having(sa.func.min(row.due_at) >= week).subquery()
        spent = self._session.scalar(sa.select(sa.func.count()).select_from(first)) or 0
        return Told(frozenset(self._session.scalars(known)), spent)

    def told_of(self, change_ids: Iterable[int]) -> set[int]:
        """The channels that were told of one of these changes, or will be."""
        query = select(SendRow.channel_id).where(col(SendRow.change_id).in_(list(change_ids)))
        return set(self._session.scalars(query.distinct()))

    def channels_of(self, alert_id: UUID) -> set[int]:
        """The channels that were told anything of an alert, or will be."""
        query = select(SendRow.channel_id).where(SendRow.alert_id == alert_id)
        return set(self._session.scalars(query.distinct()))

    def postpone(self, channel_id: int, until: datetime) -> None:
        """Let what is due on a channel be due later."""
        row = table_of(SendRow).c
        waits = row.channel_id == channel_id, row.state.in_(_TO_BE_SENT), row.due_at < until
        self._session.execute(sa.update(table_of(SendRow)).where(*waits).values(due_at=until))

    def due_channels(self, now: datetime) -> list[int]:
        """The channels for which something is due."""
        row = table_of(SendRow).c
        due = sa.select(1).where(row.channel_id == col(ChannelRow.id), *_is_due(now))
        return list(self._session.scalars(sa.select(col(ChannelRow.id)).where(due.exists())))

    def note(self, send_ids: Collection[int], **values: object) -> None:
        """Write down what came of a try; nothing of those that were removed meanwhile."""
        row = table_of(SendRow)
        self._session.execute(sa.update(row).where(row.c.id.in_(send_ids)).values(**values))

    def hurry(self, channel_id: int, now: datetime) -> None:
        """Let what waits after a failure be due now: the channel takes messages again."""
        row = table_of(SendRow).c
        failed = row.channel_id == channel_id, row.state.in_(_TO_BE_SENT), row.attempts > 0
        self._session.execute(
            sa.update(table_of(SendRow)).where(*failed, row.due_at > now).values(due_at=now)
        )

    def again(self, channel_id: int, now: datetime, send_ids: Collection[int]) -> int:
        """Send some once more, or all that was given up where none is named; how many.

        NotHere when one is none of this channel.
        """
        row = table_of(SendRow).c
        wanted = sa.update(table_of(SendRow)).where(row.channel_id == channel_id)
        named = row.id.in_(send_ids) if send_ids else row.state == SendState.GIVEN_UP
        done = wanted.where(named).values(**_UNTRIED, due_at=now).returning(row.id)
        found = set(self._session.scalars(done))
        for missing in set(send_ids) - found:
            raise NotHere(f"send {missing}: this channel has no such send; old ones are forgotten")
        return len(found)

    def latest(
        self, channel_id: int, *, state: SendState | None = None, before: int | None = None,
        limit: int,
    ) -> list[Send]:  # fmt: skip
        """What a channel was to tell, newest first; before an id."""
        query = select(SendRow).where(SendRow.channel_id == channel_id)
        if state is not None:
            query = query.where(SendRow.state == state)
        if before is not None:
            query = query.where(col(SendRow.id) < before)
        return list(self._session.scalars(query.order_by(col(SendRow.id).desc()).limit(limit)))

    def waiting(self) -> dict[int, Waiting]:
        """What waits for each channel that something waits for, held or not."""
        row = table_of(SendRow).c
        counted = sa.func.count(), sa.func.min(row.made_at), sa.func.min(row.due_at)
        query = sa.select(row.channel_id, *counted)
        query = query.where(row.state.in_(_TO_BE_SENT)).group_by(row.channel_id)
        return {key: Waiting(*rest) for key, *rest in self._session.execute(query)}

    def escalated(self, alert_ids: Iterable[UUID]) -> dict[tuple[UUID, int], datetime]:
        """When each alert was last told to each channel because nobody had answered."""
        row = table_of(SendRow).c
        query = sa.select(row.alert_id, row.channel_id, sa.func.max(row.made_at))
        query = query.where(row.event == Event.ESCALATED, row.alert_id.in_(list(alert_ids)))
        found = self._session.execute(query.group_by(row.alert_id, row.channel_id))
        return {(alert_id, channel_id): at for alert_id, channel_id, at in found}

    def forget_before(self, moment: datetime) -> int:
        """Drop what was told, or given up, longer ago; that others were told once is kept."""
        old = sa.delete(table_of(SendRow)).where(_is_over(moment))
        return len(self._session.execute(old.returning(sa.literal(1))).all())

    def count_before(self, moment: datetime) -> int:
        """How many of these there are."""
        query = sa.select(sa.func.count()).select_from(SendRow).where(_is_over(moment))
        return self._session.scalar(query) or 0


def _is_over(before: datetime) -> sa.ColumnElement[bool]:
    row = table_of(SendRow).c
    is_over: sa.ColumnElement[bool] = sa.and_(
        row.state.not_in(_TO_BE_SENT), row.event != Event.ESCALATED, row.made_at < before
    )
    return is_over


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """That a send is due and its channel, which is joined, takes it now."""
    row, channel = table_of(SendRow).c, table_of(ChannelRow).c
    return (
        row.state.in_(_TO_BE_SENT),
        row.due_at <= now,
        ~channel.is_paused,
        channel.rests_until.is_(None) | (channel.rests_until <= now),
    )
