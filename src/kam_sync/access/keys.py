"""API keys: making one, narrowing it to areas, and revoking it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from kam_sync.access.members import keeper_keys_of
from kam_sync.access.model import Actor, Area, Deed, Identity, Key, Role, What
from kam_sync.access.roles import may
from kam_sync.access.store import EventStore, KeyStore
from kam_sync.access.wrong import Ill, WrongAccess
from kam_sync.base.db import Session
from kam_sync.base.secrets import digest_of, new_key

KEY_PREFIX = "kam_"
A_YEAR = "365d"
NEVER = "never"
_SHOWN = len(KEY_PREFIX) + 4
_NAME = re.compile(r"[\w .@/-]{1,60}")
_DAYS = re.compile(r"([1-9][0-9]{0,3})d")


@dataclass(frozen=True, slots=True)
class KeyWish:
    """A key as somebody asks for it."""

    name: str
    role: Role
    areas: Iterable[str] = ()
    expires: str = A_YEAR
    """Such as `90d`, or `never`."""
    keeper_keys: Iterable[str] = field(default=())


def make(session: Session, wish: KeyWish, actor: Actor, now: datetime) -> tuple[Key, str]:
    """Make a key; its text is told this once."""
    if not _NAME.fullmatch(wish.name):
        raise WrongAccess(
            Ill.KEY_NAME, "key: name it with letters, digits, spaces and . @ / - _, sixty at most"
        )
    keeper_keys, lasts = keeper_keys_of(wish.keeper_keys, wish.role), _lasts(wish.expires)
    if wish.role is Role.KAM and not keeper_keys:
        raise WrongAccess(
            Ill.KEY_KEEPERS, "key: say whose accounts a key of role kam sees (keeper keys)"
        )
    areas = narrowed(wish.areas)
    _require_within(wish.role, areas)
    text = KEY_PREFIX + new_key()
    key = Key(
        id=uuid4(), name=wish.name, prefix=text[:_SHOWN], role=wish.role, keeper_keys=keeper_keys,
        areas=[f"{area.value}:{deed.value}" for area, deed in areas.items()],
        made_at=now, made_by=actor.who, expires_at=None if lasts is None else now + lasts,
    )  # fmt: skip
    made = KeyStore(session).add(key, digest_of(text))
    EventStore(session).add(What.KEY_MADE, actor, f"{key.name} ({key.role.value})", now)
    return made, text


def example_path(areas: Iterable[str]) -> str:
    """A path that a key with these areas may ask for."""
    known = {
        Area.ACCOUNTS: "/api/v1/accounts", Area.ALERTS: "/api/v1/alerts",
        Area.SOURCES: "/api/v1/sources", Area.OPS: "/metrics",
        Area.KPIS: "/api/v1/kpis", Area.TARGETS: "/api/v1/targets", Area.JOBS: "/api/v1/jobs",
        Area.PORTFOLIO: "/api/v1/portfolio", Area.RECORDS: "/api/v1/deals",
    }  # fmt: skip
    asked = narrowed(areas) or [Area.ACCOUNTS]
    return next((known[area] for area in asked if area in known), "/openapi.json")


def revoke(session: Session, name: str, actor: Actor, now: datetime) -> None:
    """Let nobody in by a key any more."""
    key = KeyStore(session).by_name(name)
    KeyStore(session).remove(key.id)
    EventStore(session).add(What.KEY_REVOKED, actor, key.name, now)


def narrowed(areas: Iterable[str]) -> Mapping[Area, Deed]:
    """The areas that `alerts:see`, or `alerts` for all that the role may, are about."""
    return dict(_area(text) for text in areas)


def _area(text: str) -> tuple[Area, Deed]:
    name, _, deed = text.strip().partition(":")
    try:
        return Area(name), Deed(deed or Deed.CHANGE.value)
    except ValueError as error:
        known = ", ".join(area.value for area in Area)
        raise WrongAccess(
            Ill.AREA,
            f"area {text}: write one such as alerts:see or alerts:change; there are: {known}",
        ) from error


def _require_within(role: Role, areas: Mapping[Area, Deed]) -> None:
    who = Identity("", "", role)
    for area, deed in areas.items():
        if not may(who, area, deed):
            raise WrongAccess(
                Ill.AREA, f"area {area.value}:{deed.value}: role {role.value} may not do that"
            )


def _lasts(text: str) -> timedelta | None:
    if text == NEVER:
        return None
    found = _DAYS.fullmatch(text)
    if found is None:
        raise WrongAccess(Ill.EXPIRY, f"expires {text}: write days such as 90d, or {NEVER}")
    return timedelta(days=int(found[1]))
