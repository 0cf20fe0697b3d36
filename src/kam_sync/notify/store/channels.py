"""Channels, with the URLs that they are sent to by, and their routes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Severity
from kam_sync.notify.channel import Channel, Route, Through


class ChannelRow(Channel, table=True):
    """A channel with its URL, which no answer ever shows."""

    __tablename__ = "channel"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    sealed_url: str = Field(exclude=True)


class RouteRow(Route, table=True):
    """Routes."""

    __tablename__ = "channel_route"

    id: int = Field(default=None, primary_key=True)
    channel_id: int = Field(foreign_key="channel.id", ondelete="CASCADE", index=True)


class ChannelStore:
    """Reads and writes channels and routes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Channel]:
        """Every channel, by name."""
        return list(self._session.scalars(select(ChannelRow).order_by(col(ChannelRow.name))))

    def held(self) -> list[Channel]:
        """Every channel; none is removed until the commit."""
        query = select(ChannelRow).order_by(col(ChannelRow.id))
        return list(self._session.scalars(query.with_for_update(read=True, key_share=True)))

    def by_name(self, name: str) -> Channel:
        """The channel of a name, or NotHere with the names there are."""
        found = self.all()
        for channel in found:
            if channel.name == name:
                return channel
        names = ", ".join(channel.name for channel in found) or "none yet"
        raise NotHere(f"channel {name}: no such channel; there are: {names}")

    def name_of(self, channel_id: int) -> str:
        """The name of a channel; empty when it was removed."""
        query = select(ChannelRow.name).where(ChannelRow.id == channel_id)
        return self._session.scalar(query) or ""

    def by_id(self, channel_id: int) -> Channel | None:
        """One channel, locked until the commit."""
        return self._session.get(ChannelRow, channel_id, with_for_update={"key_share": True})

    def add(
        self, name: str, said: tuple[str, str], locale: Locale, zone: str, now: datetime
    ) -> Channel:
        """Make a channel; `said` is its sealed URL, and what may be shown of it."""
        row = ChannelRow(
            name=name, sealed_url=said[0], address=said[1], locale=locale, zone=zone, made_at=now
        )
        self._session.add(row)
        self._session.flush()
        return row

    def change(self, channel_id: int, **values: Any) -> None:
        """Change some of its fields."""
        row = self._session.get_one(ChannelRow, channel_id, with_for_update={"key_share": True})
        row.sqlmodel_update(values)
        self._session.flush()

    def sealed_url(self, channel_id: int) -> str:
        """Where it is sent to, sealed."""
        return self._session.get_one(ChannelRow, channel_id).sealed_url

    def seal_again(self, channel_id: int, seal: Callable[[str], str]) -> None:
        """Seal its URL anew by what `seal` makes of it."""
        row = self._session.get_one(ChannelRow, channel_id, with_for_update={"key_share": True})
        row.sealed_url = seal(row.sealed_url)
        self._session.flush()

    def remove(self, channel_id: int) -> None:
        """Forget a channel, its routes and what waits for it."""
        self._session.execute(sa.delete(ChannelRow).where(col(ChannelRow.id) == channel_id))

    def routes(self) -> dict[int, list[Route]]:
        """The routes of every channel, in the order in which they were made."""
        found: dict[int, list[Route]] = {
            key: []
            for key in self._session.scalars(select(ChannelRow.id).order_by(col(ChannelRow.id)))
        }
        for route in self._session.scalars(select(RouteRow).order_by(col(RouteRow.id))):
            if route.channel_id in found:  # else it was made a moment ago
                found[route.channel_id].append(route)
        return found

    def add_route(self, channel_id: int, wanted: Through) -> Route:
        """Say what else goes to a channel."""
        row = RouteRow(
            channel_id=channel_id, owner=wanted.owner.strip(), kpi=wanted.kpi, rule=wanted.rule,
            severity=Severity(wanted.severity or Severity.LOW), events=list(wanted.events),
            escalates_after_days=wanted.escalates_after_days,
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        return row

    def remove_route(self, channel_id: int, route_id: int) -> None:
        """Forget a route, or NotHere."""
        gone = sa.delete(RouteRow).where(
            col(RouteRow.id) == route_id, col(RouteRow.channel_id) == channel_id
        )
        if self._session.execute(gone.returning(col(RouteRow.id))).first() is None:
            raise NotHere(f"route {route_id}: this channel has no such route")
