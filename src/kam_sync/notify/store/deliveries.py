"""Events, and their deliveries to the targets that want them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import orjson
import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from kam_sync.base import fields
from kam_sync.base.db import Session, table_of
from kam_sync.base.errors import NotHere
from kam_sync.notify.model import (
    Delivery,
    DeliveryState,
    EventType,
    Listed,
    News,
    Outgoing,
    Target,
    TargetState,
    Waiting,
)
from kam_sync.notify.news import is_wanted
from kam_sync.notify.store.targets import TargetRow, TargetStore

_IS_WAITING = sa.text("state = 'waiting'")
_UNTRIED = {
    "state": DeliveryState.WAITING, "attempts": 0, "first_tried_at": None, "tried_at": None,
    "status": None, "error": "",
}  # fmt: skip
"""As a delivery is before its first try."""


class EventRow(SQLModel, table=True):
    """Something that happened, as it is sent: the same body to every target, at every try."""

    __tablename__ = "event"

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    message_id: str
    type: EventType = fields.choice(EventType)
    at: datetime = fields.moment(index=True)
    body: str
    source_id: int | None = Field(
        default=None, foreign_key="source.id", ondelete="CASCADE", index=True
    )
    account_id: UUID | None = Field(
        default=None, foreign_key="account.id", ondelete="CASCADE", index=True
    )


class DeliveryRow(Delivery, table=True):
    """An event on its way to a target."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.Index("delivery_of_target", "target_id", "id"),
        sa.Index("delivery_waiting", "target_id", "due_at", "id", postgresql_where=_IS_WAITING),
    )

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    event_id: int = Field(
        foreign_key="event.id", ondelete="CASCADE", index=True, sa_type=sa.BigInteger
    )
    target_id: int = Field(foreign_key="target.id", ondelete="CASCADE")


class DeliveryStore:
    """Reads and writes events and deliveries."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def announce(self, news: Iterable[News], targets: Sequence[Target], now: datetime) -> int:
        """Keep each piece of news for the targets that want it; how many deliveries that makes."""
        made = 0
        for one in news:
            wanting = [target.id for target in targets if is_wanted(one.type, target.events)]
            if wanting:
                event = self._event(one, now)
                self._session.add_all(self._delivery(event, target, now) for target in wanting)
                made += len(wanting)
        self._session.flush()
        return made

    def add(self, news: News, target_id: int, now: datetime) -> Delivery:
        """One delivery to one target, whatever it has chosen; given up unless something follows."""
        row = self._delivery(self._event(news, now), target_id, now)
        row.state = DeliveryState.GIVEN_UP
        self._session.add(row)
        self._session.flush()
        return row

    def next_due(self, target_id: int, now: datetime) -> Outgoing | None:
        """The message that is due longest; None when none is or the target rests."""
        query = (
            sa.select(DeliveryRow, EventRow, TargetRow)
            .join(EventRow, col(EventRow.id) == col(DeliveryRow.event_id))
            .join(TargetRow, col(TargetRow.id) == col(DeliveryRow.target_id))
            .where(col(DeliveryRow.target_id) == target_id, *_is_due(now))
            .order_by(col(DeliveryRow.due_at), col(DeliveryRow.id))
            .limit(1)
        )
        found = self._session.execute(query).first()
        return None if found is None else self._outgoing(*found, now)

    def outgoing(self, delivery_id: int, now: datetime) -> Outgoing:
        """One message, due or not."""
        row = self._session.get_one(DeliveryRow, delivery_id)
        event = self._session.get_one(EventRow, row.event_id)
        return self._outgoing(row, event, self._session.get_one(TargetRow, row.target_id), now)

    def note(self, delivery_id: int, **values: object) -> None:
        """Write down what came of a try; nothing when it was removed meanwhile."""
        row = table_of(DeliveryRow)
        self._session.execute(sa.update(row).where(row.c.id == delivery_id).values(**values))

    def due_targets(self, now: datetime) -> list[int]:
        """The targets for which a message is due."""
        row = table_of(DeliveryRow).c
        due = sa.select(1).where(row.target_id == col(TargetRow.id), *_is_due(now))
        return list(self._session.scalars(sa.select(col(TargetRow.id)).where(due.exists())))

    def waiting(self) -> dict[int, Waiting]:
        """What waits for each target that something waits for."""
        row = table_of(DeliveryRow).c
        query = sa.select(row.target_id, sa.func.count(), sa.func.min(row.made_at))
        query = query.where(row.state == DeliveryState.WAITING).group_by(row.target_id)
        return {key: Waiting(count, oldest) for key, count, oldest in self._session.execute(query)}

    def latest(
        self,
        target_id: int,
        *,
        is_failed: bool = False,
        before: int | None = None,
        limit: int,
    ) -> list[Listed]:
        """Deliveries of a target, newest first; those whose last try failed, before an id."""
        row = table_of(DeliveryRow).c
        query = sa.select(DeliveryRow, col(EventRow.type), col(EventRow.message_id)).join(
            EventRow, col(EventRow.id) == row.event_id
        )
        query = query.where(row.target_id == target_id).order_by(row.id.desc()).limit(limit)
        if is_failed:
            query = query.where(row.state != DeliveryState.DELIVERED, row.attempts > 0)
        if before is not None:
            query = query.where(row.id < before)
        return [Listed(*found) for found in self._session.execute(query)]

    def replay(
        self,
        target_id: int,
        now: datetime,
        *,
        ids: Collection[str] = (),
        since: datetime | None = None,
    ) -> int:
        """Send messages once more, by id or all news that was made since a moment; how many.

        An id is that of a delivery or of its message. NotHere when one is none of this target.
        """
        row, event = table_of(DeliveryRow).c, table_of(EventRow).c
        again = sa.update(DeliveryRow).where(row.target_id == target_id)
        if ids:
            again = again.where(row.id.in_(self._named(target_id, ids)))
        else:
            news = event.id == row.event_id, event.type != EventType.PING
            again = again.where(row.made_at >= since, sa.exists().where(*news))
        again = again.values(_UNTRIED | {"due_at": now, "replayed_at": now})
        return len(self._session.scalars(again.returning(row.id)).all())

    def hurry(self, target_id: int, now: datetime) -> None:
        """Let all that waits be due now, with all its tries before it."""
        row = table_of(DeliveryRow)
        waits = sa.and_(row.c.target_id == target_id, row.c.state == DeliveryState.WAITING)
        self._session.execute(sa.update(row).where(waits).values(_UNTRIED | {"due_at": now}))

    def forget_before(self, moment: datetime) -> int:
        """Drop events that are older, with their deliveries, sent or not; how many."""
        old = sa.delete(EventRow).where(col(EventRow.at) < moment)
        return len(self._session.execute(old.returning(col(EventRow.id))).all())

    def count_before(self, moment: datetime) -> int:
        """How many events are older."""
        query = sa.select(sa.func.count()).select_from(EventRow).where(col(EventRow.at) < moment)
        return self._session.scalar(query) or 0

    def _named(self, target_id: int, ids: Collection[str]) -> list[int]:
        row, event = table_of(DeliveryRow).c, table_of(EventRow).c
        query = sa.select(row.id, event.message_id).join(EventRow, event.id == row.event_id)
        numbers = [int(one) for one in ids if one.isdecimal()]
        named = sa.or_(row.id.in_(numbers), event.message_id.in_(ids))
        here = self._session.execute(query.where(row.target_id == target_id, named)).all()
        known = {key for number, message_id in here for key in (str(number), message_id)}
        for one in ids:
            if one not in known:
                raise NotHere(
                    f"delivery {one}: no such delivery of this target; old ones are forgotten"
                )
        return [number for number, _ in here]

    def _event(self, news: News, now: datetime) -> EventRow:
        body = {"type": news.type.value, "timestamp": _time(now), "data": news.data}
        row = EventRow(
            message_id=f"msg_{uuid4().hex}",
            type=news.type,
            at=now,
            body=orjson.dumps(body).decode(),
            source_id=news.source_id,
            account_id=news.account_id,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def _delivery(self, event: EventRow, target_id: int, now: datetime) -> DeliveryRow:
        return DeliveryRow(event_id=event.id, target_id=target_id, made_at=now, due_at=now)

    def _outgoing(
        self, delivery: DeliveryRow, event: EventRow, target: TargetRow, now: datetime
    ) -> Outgoing:
        secrets = TargetStore(self._session).sealed_secrets(target.id, now)
        return Outgoing(delivery, event.message_id, event.body, target.url, secrets)


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """That a delivery is due and its target, which is joined, takes it now."""
    row, target = table_of(DeliveryRow).c, table_of(TargetRow).c
    return (
        row.state == DeliveryState.WAITING,
        row.due_at <= now,
        target.state == TargetState.ACTIVE,
        target.rests_until.is_(None) | (target.rests_until <= now),
    )


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
