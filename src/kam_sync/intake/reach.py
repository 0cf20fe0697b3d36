"""Says whether a CRM could reach our public address, as far as the addresses themselves tell."""

from enum import StrEnum
from urllib.parse import urlsplit

from kam_sync.base.addresses import is_public


class Reach(StrEnum):
    """Whether a CRM can call us."""

    FINE = "fine"
    NOT_SET = "not_set"
    NOT_HTTPS = "not_https"
    NOT_PUBLIC = "not_public"


_AT_HOME = (".local", ".localhost", ".internal", ".lan", ".home", ".test", ".invalid")


def reach(public_url: str | None, crm_url: str) -> Reach:
    """Whether the CRM at an address can call the public one.

    Who is out in the world needs https and a public name. A CRM on this machine, or in the same
    private network, may call whatever it can see there.
    """
    if not public_url:
        return Reach.NOT_SET
    ours, theirs = urlsplit(public_url), urlsplit(crm_url)
    if _is_private(theirs.hostname or ""):
        return Reach.FINE
    if _is_private(ours.hostname or ""):
        return Reach.NOT_PUBLIC
    return Reach.FINE if ours.scheme == "https" else Reach.NOT_HTTPS


def _is_private(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return "." not in host.strip(".") or host.rstrip(".").endswith(_AT_HOME)
