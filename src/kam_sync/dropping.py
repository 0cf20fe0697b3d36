"""Files for sources that read them: dropped into a folder of their own, by hand or by upload."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import IO

from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services, takes_files

_NAME = re.compile(
    r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,150}\.(?:csv|txt|xlsx|parquet)", re.IGNORECASE
)
_PLACES = {"waiting": "", "done": "done", "failed": "failed"}
_MOST = 100
_LONGEST = 200
"""Bytes of a name: file systems take 255."""
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file that waits to be read, was read, or could not be."""

    name: str
    state: str
    """waiting, done or failed."""
    size: int
    """Bytes."""
    at: datetime
    """When it came."""


def folder(services: Services, name: str) -> Path:
    """Where files for a source go, or WrongUse when it reads none."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        options = SourceStore(session).access(source.id).options
        kind = source.kind
    if not takes_files(kind, options):
        raise WrongUse(f"source {name}: its profile reads no files; see docs/profiles.md")
    return services.folder(name)


def drop(services: Services, name: str, file_name: str, content: IO[bytes]) -> DroppedFile:
    """Put a file into the folder of a source, whole or not at all; one that waits is replaced."""
    place = folder(services, name)
    if not _NAME.fullmatch(file_name) or len(file_name.encode()) > _LONGEST:
        raise WrongUse(f"file {file_name[:160]!r}: a name without folders is needed, and one of "
                       "CSV, XLSX or Parquet")  # fmt: skip
    place.mkdir(parents=True, exist_ok=True)
    beside = place / f".{token_hex(8)}.part"  # hidden files are not read
    try:
        with beside.open("wb") as file:
            while part := content.read(_CHUNK):
                file.write(part)
        beside.replace(place / file_name)
    finally:
        beside.unlink(missing_ok=True)
    return _told(place / file_name, "waiting")


def dropped(services: Services, name: str) -> list[DroppedFile]:
    """The files of a source, those that wait first, then the newest."""
    place, found = folder(services, name), list[DroppedFile]()
    for state, where in _PLACES.items():
        there = [one for one in (place / where).glob("[!.]*") if one.is_file()]
        told = sorted((_told(one, state) for one in there), key=lambda one: one.at, reverse=True)
        found += told[:_MOST]
    return found


def take_back(services: Services, name: str, file_name: str) -> None:
    """Remove a file that waits, or NotHere."""
    path = folder(services, name) / file_name
    if not _NAME.fullmatch(file_name) or not path.is_file():
        raise NotHere(f"file {file_name[:160]!r}: no such file waits")
    path.unlink()


def _told(path: Path, state: str) -> DroppedFile:
    stat = path.stat()
    at = datetime.fromtimestamp(stat.st_mtime, UTC)
    return DroppedFile(path.name, state, stat.st_size, at)
