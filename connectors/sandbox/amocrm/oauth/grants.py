"""Who may come in: codes, pairs of tokens that rotate, long-lived tokens, and how each dies."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import RLock

from connectors.sandbox.amocrm.oauth.jwt import opaque

DAY = 86_400
_CODE_LASTS = 20 * 60
_REFRESH_LASTS = 90 * DAY
REVOKED = "Token has been revoked"

Issue = Callable[[float, float], str]
"""Makes an access token from when it begins and when it ends."""


class Refused(Exception):
    """No tokens; the message is the hint that amoCRM gives."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a consent is worth now."""

    access: str
    refresh: str
    expires_at: float
    refresh_until: float


@dataclass(slots=True)
class _Consent:
    """It rotates on its own, whatever others do; without a pair once it was revoked."""

    pair: Pair | None
    used: dict[str, int] = field(default_factory=dict)
    """Refresh tokens that were used, and how often each is still forgiven."""


class Grants:
    """All consents of one integration in one account. `lifetime` and `grace` are switches."""

    def __init__(self, issue: Issue, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.lifetime: float = DAY
        """Seconds that an access token lasts."""
        self.grace = 0
        """How often a refresh token is taken again after its answer was lost; undocumented."""
        self._issue = issue
        self._codes: dict[str, float | None] = {}
        self._consents: list[_Consent] = []
        self._long_lived: dict[str, float] = {}
        self._lock = RLock()

    def code(self) -> str:
        """A code, as if an admin had just agreed."""
        code = opaque()
        self._codes[code] = self.clock()
        return code

    def pair(self) -> Pair:
        """One more consent, exchanged for tokens already."""
        consent = _Consent(None)
        with self._lock:
            self._consents.append(consent)
            return self._renew(consent)

    def long_lived(self, lasts: float = 365 * DAY) -> str:
        """A token without a refresh token, as from the card of the integration."""
        now = self.clock()
        token = self._issue(now, now + lasts)
        self._long_lived[token] = now + lasts
        return token

    def expire(self) -> None:
        """Every access token is too old from now on; refresh tokens are not."""
        with self._lock:
            for consent in self._consents:
                consent.pair = consent.pair and replace(consent.pair, expires_at=0)

    def revoke(self) -> None:
        """The integration is switched off: all its tokens are dead, long-lived ones too."""
        with self._lock:
            self._long_lived.clear()
            for consent in self._consents:
                last = [] if consent.pair is None else [consent.pair.refresh]
                consent.used = dict.fromkeys([*consent.used, *last], 0)
                consent.pair = None

    def opens(self, access: str) -> bool:
        """Whether an access token is valid now."""
        now = self.clock()
        pairs = [consent.pair for consent in self._consents]
        is_live = any(pair and pair.access == access and now < pair.expires_at for pair in pairs)
        return is_live or now < self._long_lived.get(access, 0)

    def knows(self, refresh: str) -> bool:
        """Whether it is the refresh token of a consent now."""
        pairs = [consent.pair for consent in self._consents]
        return any(pair and pair.refresh == refresh for pair in pairs)

    def exchange(self, code: str) -> Pair:
        """A code for its first pair."""
        with self._lock:
            if code not in self._codes:
                raise Refused("Cannot decrypt the authorization code")
            born, self._codes[code] = self._codes[code], None
        if born is None:
            raise Refused("Authorization code has been revoked")
        if self.clock() >= born + _CODE_LASTS:
            raise Refused("Authorization code has expired")
        return self.pair()

    def refresh(self, token: str, *, is_lost: bool = False) -> Pair:
        """A refresh token for the next pair; a lost answer leaves it good for `grace` uses."""
        with self._lock:
            for consent in self._consents:
                if consent.pair is not None and consent.pair.refresh == token:
                    if self.clock() >= consent.pair.refresh_until:
                        raise Refused("Invalid refresh token")
                    consent.used[token] = self.grace if is_lost else 0
                    return self._renew(consent)
                if token in consent.used:
                    if not consent.used[token]:
                        raise Refused(REVOKED)
                    consent.used[token] -= 1
                    return self._renew(consent)
        raise Refused("Cannot decrypt the refresh token")

    def _renew(self, consent: _Consent) -> Pair:
        now = self.clock()
        until = now + self.lifetime
        consent.pair = Pair(self._issue(now, until), opaque(), until, now + _REFRESH_LASTS)
        return consent.pair
