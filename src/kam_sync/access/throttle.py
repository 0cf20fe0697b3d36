"""How long who guesses passwords has to wait: longer with every wrong one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

_OF_ONE = 64
"""The bits of an IPv6 address that are the same for all that one line may choose from."""
FORGOTTEN_AFTER = timedelta(hours=24)
"""Without another wrong one."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many wrong ones are free, and how the wait grows after them."""

    free: int
    longest: timedelta
    first: timedelta = timedelta(seconds=15)
    halves_in: timedelta | None = None
    """How long until only half of them count; None: they count until they are forgotten."""

    def wait(self, failures: int) -> timedelta:
        """The wait after so many wrong ones in a row."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 20)
        return min(self.first * (1 << doublings), self.longest)


OF_LOGIN = Limit(free=5, longest=timedelta(minutes=5))
"""Not longer, or who guesses could keep the owner out for good."""
OF_ADDRESS = Limit(free=30, longest=timedelta(minutes=15), halves_in=timedelta(hours=1))
"""An office may have one address for many people, who mistype now and then all day."""


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong ones for a login or from an address."""

    failures: int
    last_at: datetime
    free_at: datetime

    def again(self, now: datetime) -> timedelta | None:
        """How long to wait from now; None where none is needed."""
        return self.free_at - now if self.free_at > now else None

    def failed(self, limit: Limit, now: datetime) -> "Tries":
        """After one more."""
        passed = now - self.last_at
        known = 0 if passed > FORGOTTEN_AFTER else self.failures
        if limit.halves_in is not None:
            known = round(known / 2 ** (passed / limit.halves_in))
        return Tries(known + 1, now, now + limit.wait(known + 1))


def whereabouts(address: str) -> str:
    """What an address counts as: itself, or the network that one line may choose from."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address) or found.ipv4_mapped:
        return str(getattr(found, "ipv4_mapped", None) or found)
    return str(ip_network((found, _OF_ONE), strict=False))
