"""Ports of this machine for servers that are about to be started."""

from itertools import islice
from random import Random

from kam_sync.cli.serving import is_free

_ASKED_FOR = range(20_000, 30_000)
"""By default Linux gives none of them to a connection, nor to who asks for any port."""


def free_ports(count: int) -> list[int]:
    """Some that nobody listens at, and that nobody else is given before we listen there."""
    tried = Random().sample(_ASKED_FOR, len(_ASKED_FOR))
    return list(islice((port for port in tried if is_free("127.0.0.1", port)), count))


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]
