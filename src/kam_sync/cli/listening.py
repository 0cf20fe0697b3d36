"""Whether it is safe to listen at an address: others may reach it only once they have to log in."""

from ipaddress import ip_address

import structlog

from kam_sync import resealing
from kam_sync.access.store import MemberStore
from kam_sync.base.command import command
from kam_sync.base.errors import WrongSettings
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.serve")

FIRST_ADMIN = "user add you@example.com --role admin"
"""The command that makes the first admin."""


def require_safe(services: Services, host: str) -> None:
    """Refuse to be reached by others without an admin and a secret key."""
    if is_loopback(host):
        return
    missing = []
    if services.settings.secret_key is None:
        made = "set KAM_SYNC_SECRET_KEY (make one: openssl rand -base64 32"
        missing.append(f"{made}{_beside(services)})")
    with services.database.transaction() as session:
        if not MemberStore(session).has_admin():
            missing.append(f"make the first admin: {command(FIRST_ADMIN)}")
    if missing:
        raise WrongSettings(
            f"--host {host}: others could reach it, so first {' and '.join(missing)}; "
            "or listen on 127.0.0.1, for this machine alone"
        )


def _beside(services: Services) -> str:
    """Secrets that are stored already are sealed by the key of the data folder."""
    if not resealing.standing(services).total:
        return ""
    return (
        "; as secrets are stored already, put the key of secret.key in the data folder behind it, "
        f"after a comma, and run {command('secrets rotate')} then"
    )


def is_only_here(services: Services, host: str) -> bool:
    """Whether only people at this machine can reach it; said in the log while nobody logs in."""
    public = services.settings.public_url
    is_here = is_loopback(host) and (public is None or is_loopback(public.host or ""))
    with services.database.transaction() as session:
        is_empty = MemberStore(session).is_empty()
    if is_empty:
        said = "whoever is at this machine is an admin" if is_here else "nobody can log in yet"
        _log.warning(said, because="there are no users", make_one=command(FIRST_ADMIN))
    return is_here


def is_loopback(host: str) -> bool:
    """Whether an address belongs to this machine alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
