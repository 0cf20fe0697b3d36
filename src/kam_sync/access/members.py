"""Those who may log in: inviting them, changing what they may, and their passwords."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from kam_sync.access import passwords
from kam_sync.access.model import Actor, Member, Role, What
from kam_sync.access.store import EventStore, LoginStore, MemberStore, TryStore
from kam_sync.access.wrong import Ill, WrongAccess
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.base.secrets import digest_of, new_key

LINK_LASTS = timedelta(days=3)
_EMAIL = re.compile(r"[^\s@,;<>\x00-\x1f]{1,64}@[^\s@,;<>\x00-\x1f]{1,189}")
_OF_USER = re.compile(r"[1-9][0-9]{0,8}/[^\s\x00]{1,280}")
_LONGEST_NAME = 100
_MOST_KEYS = 50


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be another way; None stays."""

    name: str | None = None
    role: Role | None = None
    keeper_keys: Iterable[str] | None = None
    is_active: bool | None = None


def email_of(text: str) -> str:
    """A login in the form that is kept, or WrongUse."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise WrongAccess(Ill.EMAIL, "user: an e-mail address is needed, such as olga@example.com")
    return email


def keeper_keys_of(texts: Iterable[str], role: Role) -> list[str]:
    """Whose accounts are seen, in the form that they are compared in.

    Another role than a KAM's sees all: whoever names accounts for one is told, and not left to
    believe that it sees these alone.
    """
    found = dict.fromkeys(
        text.lower() if "@" in text else text for raw in texts if (text := raw.strip())
    )
    if len(found) > _MOST_KEYS or not all(map(_is_keeper, found)):
        raise WrongAccess(
            Ill.KEEPERS,
            f"keeper keys: at most {_MOST_KEYS}, each an e-mail or source/id (3/117)",
        )
    if found and role is not Role.KAM:
        raise WrongAccess(
            Ill.KEEPERS_OF_KAM,
            f"keeper keys: role {role.value} sees all accounts; only role kam sees some alone",
        )
    return list(found)


def _is_keeper(key: str) -> bool:
    return bool(_EMAIL.fullmatch(key) or _OF_USER.fullmatch(key))


def invite(
    session: Session, email: str, wanted: Change, actor: Actor, now: datetime
) -> tuple[Member, str]:
    """Make a member, and a link to set the first password, which is told this once."""
    store, role = MemberStore(session), wanted.role or Role.VIEWER
    store.alone()
    if role is not Role.ADMIN and not store.has_admin():
        raise WrongAccess(
            Ill.FIRST_ADMIN, "user: the first one has to be an admin, or nobody could let others in"
        )
    member = store.add(
        Member(
            id=uuid4(), email=email_of(email), name=_name(wanted.name or ""), role=role,
            keeper_keys=keeper_keys_of(wanted.keeper_keys or (), role), made_at=now,
        )
    )  # fmt: skip
    EventStore(session).add(What.INVITED, actor, f"{member.email} ({role.value})", now)
    return member, _new_link(store, member.id, now)


def link(session: Session, member_id: UUID, actor: Actor, now: datetime) -> str:
    """Another link to set a password; one from before is good no more, and waits are over."""
    store = MemberStore(session)
    member = store.by_id(member_id)
    if not member.is_active:
        raise WrongAccess(Ill.SWITCHED_OFF, f"user {member.email}: switched off; switch on first")
    TryStore(session).forget_all(f"login {digest_of(member.email)}")
    EventStore(session).add(What.LINKED, actor, member.email, now)
    return _new_link(store, member_id, now)


def take_link(session: Session, token: str, password: str, address: str, now: datetime) -> Member:
    """Set a password by a link, which is good once."""
    member = whose_link(session, token, now)
    set_password(session, member, password, Actor(member.email, address), now)
    return member


def whose_link(session: Session, token: str, now: datetime) -> Member:
    """Whom a link was made for, or NotHere."""
    member = MemberStore(session).by_link(digest_of(token), now)
    if member is None:
        raise NotHere("invitation: the link was used already, or is too old")
    return member


def set_password(
    session: Session, member: Member, password: str, actor: Actor, now: datetime
) -> None:
    """Set a password; all log-ins of before are ended."""
    passwords.require_good(password, member.email)
    TryStore(session).forget_all(f"login {digest_of(member.email)}")  # first, as `enter` does
    MemberStore(session).change(
        member.id, password_hash=passwords.hashed(password), password_set_at=now,
        link_digest=None, link_until=None,
    )  # fmt: skip
    LoginStore(session).end(member.id, now)
    EventStore(session).add(What.PASSWORD_SET, actor, member.email, now)


def change(
    session: Session, member_id: UUID, wanted: Change, actor: Actor, now: datetime
) -> Member:
    """Change a member; one active admin is always left."""
    store = MemberStore(session)
    store.alone()
    before = store.by_id(member_id)
    role = before.role if wanted.role is None else wanted.role
    is_active = before.is_active if wanted.is_active is None else wanted.is_active
    was_admin = before.role is Role.ADMIN and before.is_active
    if (
        was_admin
        and not (role is Role.ADMIN and is_active)
        and not store.has_admin(besides=member_id)
    ):
        raise WrongAccess(
            Ill.LAST_ADMIN, f"user {before.email}: the last admin; make another one first"
        )
    values = {"role": role, "is_active": is_active}
    if wanted.name is not None:
        values["name"] = _name(wanted.name)
    if wanted.keeper_keys is not None:
        # they stay with whoever is no KAM any more, for when they are one again
        values["keeper_keys"] = keeper_keys_of(wanted.keeper_keys, Role.KAM)
    changed = {name: value for name, value in values.items() if value != getattr(before, name)}
    if before.is_active and not is_active:
        LoginStore(session).end(member_id, now)
        changed |= {"link_digest": None, "link_until": None}
    after = store.change(member_id, **changed)
    _note(session, after, changed, actor, now)
    return after


def end_logins(
    session: Session, member: Member, actor: Actor, now: datetime, *, but: UUID | None = None
) -> int:
    """Log a member out everywhere, or everywhere else."""
    ended = LoginStore(session).end(member.id, now, but=but)
    EventStore(session).add(What.ENDED, actor, f"{member.email}: {ended}", now)
    return ended


def _note(
    session: Session, member: Member, changed: dict[str, object], actor: Actor, now: datetime
) -> None:
    events = EventStore(session)
    if "is_active" in changed:
        what = What.SWITCHED_ON if member.is_active else What.SWITCHED_OFF
        events.add(what, actor, member.email, now)
    shown = [
        f"{name}={changed[name]}" for name in ("role", "name", "keeper_keys") if name in changed
    ]
    if shown:
        events.add(What.CHANGED, actor, f"{member.email}: {', '.join(shown)}", now)


def _new_link(store: MemberStore, member_id: UUID, now: datetime) -> str:
    token = new_key()
    store.change(member_id, link_digest=digest_of(token), link_until=now + LINK_LASTS)
    return token


def _name(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:_LONGEST_NAME]
