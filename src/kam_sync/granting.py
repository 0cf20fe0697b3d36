"""Keeps grants by OAuth alive: one renewal at a time, and the new pair stored before it is used.

A pair is good for one renewal. Who renews holds the lock of the grant and has read it again under
that lock, so that of any number of processes one asks the CRM and the others find its answer.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from threading import Event

import orjson
import structlog

from connectors import (
    ConnectorError,
    ErrorKind,
    Grant,
    Grants,
    NeedsPerson,
    NeedsReauth,
    OAuthApp,
    RetryLater,
)
from kam_sync.base.clock import Clock
from kam_sync.base.db import Database, Session
from kam_sync.base.errors import DatabaseTrouble, KamSyncError, WrongSettings
from kam_sync.base.secrets import Cipher
from kam_sync.intake.grant import SealedGrant
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import GrantStore, SourceStore

_log = structlog.get_logger("kam_sync.granting")

_IsGood = Callable[[SealedGrant], bool]

_AHEAD = timedelta(hours=1)
_BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1))
"""Between tries whose answers were lost: asking on and on ends in a ban, of the account's data too.
"""
_WAITS = (0, 1, 2, 5, 10, 20, 30)
"""Seconds before each try to store a new pair: when it is lost, so is the grant."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A grant and the app that it was given to."""

    app: OAuthApp
    grant: Grant


def seal_app(cipher: Cipher, app: OAuthApp) -> str:
    """An app as it is stored."""
    return cipher.lock(orjson.dumps(asdict(app)).decode())


def unseal_app(cipher: Cipher, sealed: str) -> OAuthApp:
    """A stored app in the clear."""
    return OAuthApp(**orjson.loads(cipher.unlock(sealed)))


def seal_grant(cipher: Cipher, issued: Issued, now: datetime) -> SealedGrant:
    """A grant as it is stored."""
    grant = issued.grant
    return SealedGrant(
        sealed_app=seal_app(cipher, issued.app),
        sealed_access=cipher.lock(grant.access_token),
        sealed_refresh=cipher.lock(grant.refresh_token),
        ends_at=grant.ends_at,
        refreshed_at=now,
    )


def unseal_grant(cipher: Cipher, sealed: SealedGrant, base_url: str) -> Issued:
    """A stored grant in the clear."""
    return Issued(
        unseal_app(cipher, sealed.sealed_app),
        Grant(
            base_url,
            cipher.unlock(sealed.sealed_access),
            cipher.unlock(sealed.sealed_refresh),
            sealed.ends_at,
        ),
    )


def state_after(error: Exception) -> SourceState:
    """How a source stands after an error that only a person can mend."""
    is_reauth = isinstance(error, NeedsReauth)
    return SourceState.NEEDS_REAUTH if is_reauth else SourceState.NEEDS_PERSON


def kind_of(error: Exception) -> ErrorKind:
    """What is wrong, where the gate says so, be it in the words of the house."""
    for one in (error, error.__cause__):
        if isinstance(one, ConnectorError | KamSyncError) and one.kind:
            return one.kind
    return ErrorKind.OTHER


@dataclass(frozen=True, slots=True)
class Granting:
    """The grants of one installation."""

    database: Database
    cipher: Cipher
    now: Clock
    grants: Callable[[str, str], Grants]
    """How a kind of CRM renews, in the turns of a `turn_key`."""

    def grant_of(self, source_id: int) -> Grant | None:
        """A grant that is good for a while; None where no grant opens the source.

        Raises:
            NeedsReauth: the CRM will not renew it.
            RetryLater, NeedsPerson: it has ended, and could not be renewed now.
        """
        held = self._read(source_id)
        if held is None:
            return None
        try:
            return self._renewed(source_id, held, is_good=self._lasts)
        except RetryLater as error:
            if held.sealed.ends_at <= self.now():
                raise
            _log.warning("grant not renewed yet", source_id=source_id, message=str(error))
            return self._open(held).grant

    def renew(self, source_id: int, refused: str) -> str:
        """The token to use in the place of one that the CRM has refused."""
        held = self._read(source_id)
        if held is None:  # a person has given a plain token since
            raise RetryLater("the source is opened by another secret now; the next sync uses it")
        fresh = self._renewed(
            source_id, held, is_good=lambda now: self.cipher.unlock(now.sealed_access) != refused
        )
        if fresh.base_url != held.base_url:
            raise RetryLater(
                f"the CRM account has moved to {fresh.base_url}; the next sync follows"
            )
        return fresh.access_token

    def renew_due(self) -> None:
        """Renew what ends soon or has lain idle; what fails is written at the source."""
        with self.database.transaction() as session:
            due = GrantStore(session).due(self.now())
        for source_id in due:
            try:
                self._renew_one(source_id)
            except KamSyncError as error:  # of this source, or the next round finds the same
                _log.error("grant not renewed", source_id=source_id, message=str(error))

    def _renew_one(self, source_id: int) -> None:
        held = self._read(source_id)
        if held is None:
            return
        since = held.sealed.refreshed_at
        try:
            self._renewed(source_id, held, is_good=lambda now: now.refreshed_at > since)
        except NeedsPerson as error:
            with self.database.transaction() as session:
                SourceStore(session).judge(
                    source_id, held.token, state_after(error), str(error), error.kind
                )
            _log.warning("grant not renewed", source_id=source_id, message=str(error))
        except RetryLater as error:
            _log.warning("grant not renewed yet", source_id=source_id, message=str(error))

    def _renewed(self, source_id: int, held: "_Held", *, is_good: _IsGood) -> Grant:
        """The stored grant where it is good, also by the work of others, else the next one."""
        if is_good(held.sealed) and not held.sealed.refused:
            return self._open(held).grant
        with self.database.alone(f"grant {source_id}", wait=True):
            held = self._read(source_id) or held
            if held.sealed.refused:
                raise NeedsReauth(held.sealed.refused, kind=ErrorKind.ACCESS_ENDED)
            if is_good(held.sealed):
                return self._open(held).grant
            issued = self._open(held)
            self._refuse_too_soon(held)
            try:
                fresh = self.grants(held.kind, held.turn_key).refresh(issued.app, issued.grant)
            except NeedsReauth as error:
                return self._refused(source_id, held, error)
            except RetryLater as error:
                self._postpone(source_id, held.sealed, error.wait)
                raise
            sealed = seal_grant(self.cipher, replace(issued, grant=fresh), self.now())
            is_tried = self._same(held.sealed, if_closed=True)  # nobody else has the new pair
            self.surely(lambda session: GrantStore(session).renew(source_id, is_tried, sealed))
            _log.info("grant renewed", source_id=source_id, ends_at=fresh.ends_at.isoformat())
            if fresh.base_url != held.base_url:
                self._follow(source_id, fresh.base_url)
            return fresh

    def _refuse_too_soon(self, held: "_Held") -> None:
        at, now = held.sealed.next_try_at, self.now()
        if at is not None and at > now:
            raise RetryLater(
                f"{held.base_url}: our access could not be renewed; tried again at {at:%H:%M} UTC",
                wait=at - now,
                is_away=True,
            )

    def _postpone(self, source_id: int, sealed: SealedGrant, asked: timedelta | None) -> None:
        wait = _BACK_OFF[min(sealed.failures, len(_BACK_OFF) - 1)]
        is_tried, failures = self._same(sealed), sealed.failures + 1
        until = self.now() + max(wait, asked or wait)
        with suppress(DatabaseTrouble), self.database.transaction(fenced=False) as session:
            GrantStore(session).postpone(source_id, is_tried, failures, until)

    def _refused(self, source_id: int, held: "_Held", error: NeedsReauth) -> Grant:
        """Raise the refusal, or give the pair that another process has stored meanwhile.

        The lock is lost with its connection: then two may ask, and one of them comes too late.
        """
        is_tried, said = self._same(held.sealed), str(error)
        self.surely(lambda session: GrantStore(session).refuse(source_id, is_tried, said))
        now = self._read(source_id)
        if now is None or now.sealed.refused:
            raise error
        return self._open(now).grant

    def _follow(self, source_id: int, base_url: str) -> None:
        _log.warning("the CRM account has moved", source_id=source_id, base_url=base_url)
        try:
            with self.database.transaction() as session:
                SourceStore(session).move(source_id, base_url)
        except DatabaseTrouble as error:  # the next renewal finds the same
            _log.warning("its address was not stored", source_id=source_id, message=str(error))

    def surely(self, work: Callable[[Session], None]) -> None:
        """Commit, and try for a minute: the CRM has forgotten the old pair already.

        Also when the lock was lost with its connection: nobody else has the pair.
        """
        for seconds in _WAITS:
            Event().wait(seconds)
            try:
                with self.database.transaction(fenced=False) as session:
                    work(session)
            except DatabaseTrouble as error:
                _log.error("new tokens are not stored yet", message=str(error))
            else:
                return
        raise DatabaseTrouble(
            "new tokens could not be stored and are lost: allow kam_sync in the CRM anew"
        )

    def _lasts(self, sealed: SealedGrant) -> bool:
        """Whether a token is good for a while; one of an hour is not renewed at each use."""
        ahead = min(_AHEAD, (sealed.ends_at - sealed.refreshed_at) / 6)
        return sealed.ends_at - self.now() > ahead

    def _same(self, tried: SealedGrant, *, if_closed: bool = False) -> Callable[[str], bool]:
        """Whether a sealed refresh token is the one that was tried, be it sealed anew meanwhile.

        `if_closed` is the answer where it was sealed with a key that this process has not heard of.
        """
        before = self.cipher.unlock(tried.sealed_refresh)

        def is_same(sealed: str) -> bool:
            try:
                return sealed == tried.sealed_refresh or self.cipher.unlock(sealed) == before
            except WrongSettings:
                return if_closed

        return is_same

    def _open(self, held: "_Held") -> Issued:
        return unseal_grant(self.cipher, held.sealed, held.base_url)

    def _read(self, source_id: int) -> "_Held | None":
        with self.database.transaction(fenced=False) as session:
            sealed = GrantStore(session).of(source_id)
            if sealed is None:
                return None
            source = SourceStore(session).by_id(source_id)
            token = SourceStore(session).access(source_id).sealed_token
            return _Held(source.kind, source.base_url, source.turn_key, token, sealed)


@dataclass(frozen=True, slots=True)
class _Held:
    """A stored grant and whose it is."""

    kind: str
    base_url: str
    turn_key: str
    token: str
    """The sealed token of the source, by which a judgement knows whether it is still about this."""
    sealed: SealedGrant
