"""Decides which addresses webhooks may be sent to: public ones, and those that an admin allows.

Who may add a target could else make us ask what only this machine can reach: the metadata of a
cloud, a database, a router.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

from kam_sync.base.addresses import is_public
from kam_sync.notify.model import Wrong, WrongTarget

_LONGEST = 2000
SETTING = "KAM_SYNC_ALLOWED_TARGETS"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads."""

    host: str
    port: int
    is_plain: bool
    """Without TLS."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an admin allows beside public addresses by https."""

    hosts: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def read(cls, entries: Iterable[str]) -> Self:
        """From the entries of the setting: names, .domains, addresses and networks."""
        hosts, networks = [], []
        for entry in entries:
            try:
                networks.append(ip_network(entry, strict=False))
            except ValueError:
                hosts.append(entry)
        return cls(tuple(hosts), tuple(networks))

    def has_host(self, host: str) -> bool:
        """Whether a name is allowed, whatever its address."""
        return any(host.endswith(one) if one.startswith(".") else host == one for one in self.hosts)

    def has_address(self, address: str) -> bool:
        """Whether an address is allowed."""
        found = ip_address(address.partition("%")[0])
        return any(found in network for network in self.networks)


def place_of(url: str) -> Place:
    """Where a URL leads, or WrongTarget when it is none that we send to."""
    if not url.isascii():
        raise WrongTarget(
            "target URL: Latin letters only; write a host such as пример.рф in its xn-- form, and "
            "other letters of the path as %D1%85",
            Wrong.NOT_LATIN,
        )
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").rstrip(".")
        name = host if ":" in host else host.encode("idna").decode()  # a label may be too long
    except ValueError as error:  # brackets, a port that is no number, a label that is too long
        raise WrongTarget(f"target URL: {error}", Wrong.NO_ADDRESS) from error
    is_clean = url.isprintable() and " " not in url and len(url) <= _LONGEST and "#" not in url
    if parts.scheme not in {"https", "http"} or not name or port == 0 or not is_clean:
        raise WrongTarget(
            "target URL: an address such as https://example.com/hooks is needed", Wrong.NO_ADDRESS
        )
    if parts.username is not None or parts.password is not None:
        raise WrongTarget(
            "target URL: without user and password; a signature proves who sends", Wrong.HAS_LOGIN
        )
    is_plain = parts.scheme == "http"
    return Place(name, port or (80 if is_plain else 443), is_plain)


def require(place: Place, addresses: Iterable[str], allowed: Allowed) -> list[str]:
    """All of the addresses of a place, or WrongTarget when one of them may not be sent to."""
    found = list(addresses)
    if not found:
        raise WrongTarget(f"target {place.host}: no such host", Wrong.NO_HOST)
    if allowed.has_host(place.host):
        return found
    for address in found:
        if allowed.has_address(address):
            continue
        if not is_public(address):
            raise WrongTarget(
                f"target {place.host}: its address {address} is not public; an admin may allow it "
                f"by {SETTING}",
                Wrong.NOT_PUBLIC,
            )
        if place.is_plain:
            raise WrongTarget(
                f"target {place.host}: https is needed, or {SETTING}", Wrong.NOT_HTTPS
            )
    return found
