"""Log-ins: who is let in by a password, who asks by a token or a key, and how it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from kam_sync.access import passwords
from kam_sync.access.keys import KEY_PREFIX, narrowed
from kam_sync.access.model import Actor, Identity, Login, Member, What
from kam_sync.access.store import EventStore, KeyStore, LoginStore, MemberStore, TryStore
from kam_sync.access.store.logins import LONGEST
from kam_sync.access.throttle import OF_ADDRESS, OF_LOGIN, Tries, whereabouts
from kam_sync.base.db import Session
from kam_sync.base.secrets import digest_of, new_key

_NOTED_EVERY = timedelta(minutes=1)
_AGENT = 120
_ADDRESS = 60
_LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody logs in."""

    agent: str
    address: str
    token: str = ""
    """Of a log-in that it shows, though that may be over."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Let in; the browser keeps the token."""

    token: str
    member: Member


@dataclass(frozen=True, slots=True)
class Refused:
    """Not let in; what was wrong is not said."""

    wait: timedelta | None = None
    """How long nothing is looked at, however right it is."""


def enter(
    session: Session, email: str, password: str, browser: Browser, now: datetime
) -> Entered | Refused:
    """Let somebody in by a password. What it counts must be committed in either case.

    A try is counted as wrong before the password is looked at, under a lock of its login and its
    address: a hundred tries at once are a hundred tries. A browser in which that login came in
    before is counted by itself, or strangers could keep the owner waiting.
    """
    email = email.replace("\x00", "").strip().lower()[:_LONGEST_EMAIL]
    tries, actor = TryStore(session), Actor(email, browser.address)
    login = f"login {digest_of(email)}"
    if browser.token and LoginStore(session).is_of(digest_of(browser.token), email, now):
        login += f" by {digest_of(browser.token)}"
    limits = {f"from {whereabouts(browser.address)}": OF_ADDRESS, login: OF_LOGIN}
    held: dict[str, Tries] = {}
    for about in limits:  # who has to wait leaves no trace of yet another login
        held[about] = tries.held(about, now)
        if wait := held[about].again(now):
            return Refused(wait)
    member = MemberStore(session).find(email)
    kept = None if member is None else MemberStore(session).password_hash(member.id)
    is_right = passwords.fits(kept, password)
    if member is None or not is_right or not member.is_active:
        failed = {about: held[about].failed(limit, now) for about, limit in limits.items()}
        for about, after in failed.items():
            tries.keep(about, after)
        if member is not None:  # else it may be a password that was typed in the wrong place
            EventStore(session).add(What.REFUSED, actor, "", now)
        return Refused(
            max((wait for one in failed.values() if (wait := one.again(now))), default=None)
        )
    tries.forget(login)
    if kept is not None and passwords.is_old_fashioned(kept):
        MemberStore(session).change(member.id, password_hash=passwords.hashed(password))
    return begin(session, member, browser, now)


def begin(session: Session, member: Member, browser: Browser, now: datetime) -> Entered:
    """Let in a member whose proof was seen."""
    token = new_key()
    login = Login(
        id=uuid4(), member_id=member.id, made_at=now, used_at=now, expires_at=now + LONGEST,
        agent=browser.agent[:_AGENT], address=browser.address[:_ADDRESS],
    )  # fmt: skip
    LoginStore(session).add(login, digest_of(token))
    MemberStore(session).change(member.id, entered_at=now)
    EventStore(session).add(What.ENTERED, Actor(member.email, browser.address), "", now)
    return Entered(token, member)


def by_token(session: Session, token: str, now: datetime) -> Identity | None:
    """Who shows the token of a log-in that goes on."""
    found = LoginStore(session).find(digest_of(token), now)
    if found is None:
        return None
    if now - found.used_at > _NOTED_EVERY:
        LoginStore(session).used(found.login_id, now)
    keys = found.keeper_keys or (found.email,)
    return Identity(
        f"user:{found.member_id}", found.name or found.email, found.role, keys, email=found.email
    )


def by_key(session: Session, text: str, now: datetime) -> Identity | None:
    """What program shows a key that is good."""
    if not text.startswith(KEY_PREFIX):
        return None
    key = KeyStore(session).find(digest_of(text), now)
    if key is None:
        return None
    if key.used_at is None or now - key.used_at > _NOTED_EVERY:
        KeyStore(session).used(key.id, now)
    areas = narrowed(key.areas) if key.areas else None
    return Identity(f"key:{key.id}", key.name, key.role, tuple(key.keeper_keys), areas)


def this_login(session: Session, token: str, now: datetime) -> UUID | None:
    """Which log-in a browser shows the token of."""
    found = LoginStore(session).find(digest_of(token), now)
    return None if found is None else found.login_id


def leave(session: Session, token: str, actor: Actor, now: datetime) -> None:
    """End the log-in of a browser."""
    login_id = this_login(session, token, now)
    if login_id is not None:
        LoginStore(session).end_one(login_id)
        EventStore(session).add(What.LEFT, actor, "", now)
