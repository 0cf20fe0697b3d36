"""The installation, opened for the time of a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from kam_sync.wiring import Services


@contextmanager
def opened() -> "Iterator[Services]":
    """Its services, by the settings of the environment."""
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        yield services
