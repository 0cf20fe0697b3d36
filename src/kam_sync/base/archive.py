"""A backup: one file with the database, the files of the data folder, and what they are.

It is a zip of plain members, so that it can be looked into and rescued from without us. Its list of
members is at its end, so that one that was cut short is known at once.
"""

import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile

from pydantic import BaseModel, ValidationError

from kam_sync.base.errors import DatabaseTrouble, WrongUse

FORMAT = 1
KEY = "secret.key"
_ABOUT, _SQL, _FILES = "about.json", "database.sql", "files/"
_KEPT = ("kpis", "dropped", "health.yaml", "workdays.yaml")
"""What people put into the data folder; all else there can be made again, or is the key."""


class About(BaseModel):
    """What a backup is."""

    format: int = FORMAT
    version: str
    """Of kam_sync."""
    revision: str
    created_at: datetime
    server: int
    rows: dict[str, int]
    roles: list[str]
    files: list[str]
    has_key: bool


def files_in(folder: Path) -> list[str]:
    """What of a data folder belongs into a backup; links are not followed."""
    found: list[str] = []
    for name in _KEPT:
        top = folder / name
        inside = top.rglob("*") if top.is_dir() and not top.is_symlink() else [top]
        plain = (path for path in inside if path.is_file() and not path.is_symlink())
        found += [path.relative_to(folder).as_posix() for path in plain]
    return sorted(found)


class Writing:
    """A backup that is being written."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def sql(self, chunks: Iterable[bytes]) -> None:
        """Write the database."""
        with self._file.open(_SQL, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)

    def files(self, folder: Path, names: Iterable[str]) -> None:
        """Write files of the data folder."""
        for name in names:
            self._file.write(folder / name, _FILES + name)

    def key(self, text: str) -> None:
        """Write the secret key, for who wishes it."""
        self._file.writestr(KEY, text)

    def about(self, about: About) -> None:
        """Write what it is."""
        self._file.writestr(_ABOUT, about.model_dump_json(indent=1))


@contextmanager
def written(path: Path) -> Iterator[Writing]:
    """A new backup, readable by its owner alone; it is there as a whole at the end, or not."""
    if path.exists():
        raise WrongUse(f"{path}: it is there already; choose another name or remove it")
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as raw:
            try:  # of mode 0600 from the beginning
                with zipfile.ZipFile(
                    raw, "w", zipfile.ZIP_DEFLATED, compresslevel=3, strict_timestamps=False
                ) as file:  # a file may be of 1970, which zip does not know
                    yield Writing(file)
                raw.flush()
                os.fsync(raw.fileno())
                Path(raw.name).replace(path)
            except BaseException:
                Path(raw.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise DatabaseTrouble(f"{path}: cannot be written: {error.strerror}") from error


class Reading:
    """A backup that is there."""

    def __init__(self, path: Path, file: zipfile.ZipFile, about: About) -> None:
        self._path = path
        self._file = file
        self.about = about

    @property
    def size(self) -> int:
        """How many bytes of SQL there are."""
        return self._file.getinfo(_SQL).file_size

    def lines(self) -> Iterator[bytes]:
        """The SQL, line by line; what is damaged is said by who reads on."""
        with _damage_told(self._path), self._file.open(_SQL) as member:
            yield from member

    @property
    def key(self) -> str | None:
        """The secret key, if it was given to it."""
        with _damage_told(self._path):
            return self._file.read(KEY).decode() if self.about.has_key else None

    def content(self, name: str) -> bytes:
        """A file of the data folder."""
        with _damage_told(self._path):
            return self._file.read(_FILES + name)


@contextmanager
def opened(path: Path) -> Iterator[Reading]:
    """A backup, known to be one of ours."""
    try:
        file = zipfile.ZipFile(path)
    except OSError as error:
        raise WrongUse(f"{path}: cannot be read: {error.strerror}") from error
    except zipfile.BadZipFile as error:
        raise WrongUse(f"{path}: it is no whole backup of kam_sync") from error
    with file:
        yield Reading(path, file, _about(path, file))


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise DatabaseTrouble(f"{path}: it is damaged: {error}") from error


def _about(path: Path, file: zipfile.ZipFile) -> About:
    try:
        about = About.model_validate_json(file.read(_ABOUT))
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValidationError) as error:
        raise WrongUse(f"{path}: it is no whole backup of kam_sync") from error
    if about.format > FORMAT:
        raise WrongUse(f"{path}: it was written by a later release; restore it with that")
    if strange := [name for name in about.files if not _belongs(name)]:
        raise WrongUse(f"{path}: {strange[0]} does not belong into a data folder")
    return about


def _belongs(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and path.parts[0] in _KEPT
