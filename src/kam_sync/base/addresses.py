"""Which network addresses belong to the whole Internet."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""Whose last 32 bits are an IPv4 address: NAT64, and the compatible ones of old."""
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")


def is_public(address: str) -> bool:
    """Whether an address belongs to the whole Internet, also one that hides within another."""
    if "%" in address:
        return False  # of one link
    found = ip_address(address)
    hidden = _hidden(found) if isinstance(found, IPv6Address) else None
    if hidden is not None:
        return is_public(str(hidden))
    is_special = found.is_multicast or found.is_reserved or found in _LOCAL_NAT64
    return found.is_global and not is_special


def _hidden(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a tunnel or a translator would go on to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _CARRIERS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
