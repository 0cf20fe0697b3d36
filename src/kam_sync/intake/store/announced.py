"""Which records webhooks named, and which changes polling found that none of them had told."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from connectors import Noun
from kam_sync.base import fields
from kam_sync.base.db import Session, is_among, merge, table_of
from kam_sync.intake.quiet import SETTLES, WINDOW, Seen
from kam_sync.intake.store.raw import RawRow
from kam_sync.intake.store.subscriptions import SubscriptionRow
from kam_sync.intake.store.writes import WriteRow
from kam_sync.intake.subscription import HooksState

_OURS = timedelta(days=1)


class AnnouncedRow(SQLModel, table=True):
    """When a webhook last named a record."""

    __tablename__ = "announced"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    announced_at: datetime = fields.moment(index=True)


class PolledRow(SQLModel, table=True):
    """A change that polling found; it stays when no webhook tells of it."""

    __tablename__ = "polled"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    seen_at: datetime = fields.moment(primary_key=True, index=True)


_announced, _polled = table_of(AnnouncedRow).c, table_of(PolledRow).c


class AnnouncedStore:
    """Reads and writes them for one source."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def note_announced(self, named: Mapping[tuple[str, str], datetime]) -> None:
        """Write down that webhooks named records, by noun and id, and when these came."""
        rows = [(self._source_id, *key, at) for key, at in named.items()]
        if rows:
            columns = ("source_id", "noun", "external_id", "announced_at")
            merge(self._session, table_of(AnnouncedRow), columns, rows)

    def note_polled(self, noun: Noun, external_ids: Collection[str], now: datetime) -> None:
        """Write down those of a batch that polling found changed now, where webhooks should come.

        What we wrote ourselves lately is left out: it is no news.
        """
        raw, write, sub = (table_of(row).c for row in (RawRow, WriteRow, SubscriptionRow))
        is_subscribed = sa.exists().where(
            sub.source_id == self._source_id, sub.state == HooksState.ACTIVE
        )
        of_late = (write.source_id == self._source_id, write.sent_at > now - _OURS)
        is_changed = sa.exists().where(
            *of_late, write.about_noun == noun.value, write.about_external_id == raw.external_id
        )
        # Apart, for each has its own best way: an index here, a set that is read once there.
        made = sa.select(write.external_id).where(*of_late, write.external_id.is_not(None))
        changed = sa.select(raw.source_id, raw.noun, raw.external_id, raw.changed_at).where(
            raw.source_id == self._source_id, raw.noun == noun.value,
            is_among(raw.external_id, external_ids), raw.changed_at == now,
            is_subscribed, ~is_changed, raw.external_id.not_in(made),
        )  # fmt: skip
        new = insert(PolledRow).from_select([*_polled.keys()], changed)
        self._session.execute(new.on_conflict_do_nothing())

    def settle(self, within: timedelta) -> None:
        """Strike what a webhook has told, at most so long before polling found it."""
        told = sa.exists().where(
            *(_announced[key] == _polled[key] for key in ("source_id", "noun", "external_id")),
            _announced.announced_at >= _polled.seen_at - within,
        )
        of_source = sa.delete(PolledRow).where(_polled.source_id == self._source_id)
        self._session.execute(of_source.where(told))

    def last_at(self) -> datetime | None:
        """When the last webhook that named something came, of those that are remembered."""
        newest = sa.select(sa.func.max(_announced.announced_at))
        found: datetime | None = self._session.scalar(
            newest.where(_announced.source_id == self._source_id)
        )
        return found

    def seen(
        self, nouns: Collection[Noun], *, since: datetime, until: datetime,
        last_at: datetime | None, now: datetime,
    ) -> Seen:  # fmt: skip
        """What was lost and announced since we began to count; to be settled before.

        Args:
            nouns: those of which webhooks tell every change.
            until: what polling found from then on is not judged yet.
            last_at: when the last webhook came, whatever it named.
        """
        first, window = since + SETTLES, now - WINDOW
        in_window = _polled.seen_at >= max(first, window)
        is_lately = sa.true() if last_at is None else _polled.seen_at > last_at
        record = sa.func.count(sa.distinct(sa.tuple_(_polled.noun, _polled.external_id)))
        oldest = sa.func.min(_polled.seen_at)
        lost, lost_from, lost_lately, silent_from = self._session.execute(
            sa.select(
                record.filter(in_window), oldest.filter(in_window),
                record.filter(is_lately), oldest.filter(is_lately),
            ).where(
                _polled.source_id == self._source_id,
                _polled.seen_at >= first, _polled.seen_at < until,
            )
        ).one()  # fmt: skip
        announced = self._announced_since(max(since, window), nouns)
        return Seen(lost, announced, lost_from, lost_lately, silent_from)

    def since(self, moment: datetime, nouns: Collection[Noun], *, until: datetime) -> Seen:
        """How many were lost and announced from a moment on, as far as is remembered."""
        record = sa.func.count(sa.distinct(sa.tuple_(_polled.noun, _polled.external_id)))
        lost = sa.select(record).where(
            _polled.source_id == self._source_id,
            _polled.seen_at >= moment, _polled.seen_at < until,
        )  # fmt: skip
        return Seen(self._session.scalar(lost) or 0, self._announced_since(moment, nouns))

    def _announced_since(self, moment: datetime, nouns: Collection[Noun]) -> int:
        named = sa.select(sa.func.count()).where(
            _announced.source_id == self._source_id,
            _announced.noun.in_([noun.value for noun in nouns]),
            _announced.announced_at >= moment,
        )
        return self._session.scalar(named) or 0

    @staticmethod
    def forget_before(session: Session, *, announced: datetime, polled: datetime) -> None:
        """Forget what is older, of all sources."""
        session.execute(sa.delete(AnnouncedRow).where(_announced.announced_at < announced))
        session.execute(sa.delete(PolledRow).where(_polled.seen_at < polled))
