"""Reads exports that people drop into the folder of a source: each once, then it is put away.

A file is read from a copy, so that what is written meanwhile hurts nobody, and is known by its
name and content: what was read last under a name is not read again. It stays where it is until its
rows are stored for sure, which the cursor of the next pull says; then it goes to done/. What is no
table goes to failed/.
"""

import shutil
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from connectors.kit.contract import Cursor, Page
from connectors.kit.errors import ErrorKind, NoRights
from connectors.kit.records import Noun, RawRecord
from connectors.kit.sheets import BadSheet, lines
from connectors.profiled.model import Profile
from connectors.profiled.parts import Dropped, Entity
from connectors.profiled.pulling import raw_records, refuse_lost

DONE, FAILED = "done", "failed"
_PAGE = 500
_KNOWN = 200
"""So many of the latest files are known."""


def waiting(folder: str, file: Dropped) -> list[Path]:
    """The files that wait, the oldest first. Raises NoRights without a folder."""
    if not folder:
        said = "the profile reads files, and this source has no folder for them"
        raise NoRights(said, kind=ErrorKind.NOT_THERE)
    place = Path(folder)
    there = place.glob(file.names) if place.is_dir() else ()
    found = [one for one in there if one.is_file() and not one.name.startswith(".")]
    return sorted(found, key=lambda one: (one.stat().st_mtime, one.name))


def pull(folder: str, profile: Profile, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
    """The rows of files that were not read yet. Raises NoRights at one that is no table."""
    entity = profile.entities[noun]
    if entity.file is None:
        raise AssertionError("unreachable: the profile says where this noun is")
    known: dict[str, str] = orjson.loads(cursor) if cursor else {}
    for path in waiting(folder, entity.file):
        with TemporaryDirectory() as made:
            copy = Path(shutil.copyfile(path, Path(made) / path.name))
            mark = sha256(copy.read_bytes()).hexdigest()[:24]
            if known.get(path.name) == mark:
                _put_away(path, DONE)
                continue
            try:
                yield from pages(copy, profile, noun)
            except BadSheet as error:
                _put_away(path, FAILED)
                said = f"{path.name}: {error}; it is in {FAILED}/ now, drop it again once mended"
                raise NoRights(said, kind=ErrorKind.UNREADABLE) from error
        known.pop(path.name, None)
        known = dict([*known.items(), (path.name, mark)][-_KNOWN:])
        yield Page((), orjson.dumps(known).decode(), is_whole=entity.file.complete)


def pages(path: Path, profile: Profile, noun: Noun) -> Iterator[Page]:
    """The rows of one file; a line that cannot be used is passed on, and will be set aside."""
    entity = profile.entities[noun]
    rules, is_whole = profile.rules(noun), bool(entity.file and entity.file.complete)
    sheet = entity.file.sheet if entity.file else None
    rows: list[dict[str, Any]] = []
    is_first = True
    for line in lines(path, sheet=sheet):
        if line.is_total:
            continue
        is_whole = is_whole and not line.trouble  # who stands in a line that nobody can read?
        rows.append(dict(line.cells) | ({"line": line.number} if line.trouble else {}))
        if len(rows) == _PAGE:
            yield _page(entity, rules, rows, is_first=is_first, is_whole=is_whole)
            rows, is_first = [], False
    if rows:
        yield _page(entity, rules, rows, is_first=is_first, is_whole=is_whole)


def _page(
    entity: Entity, rules: Any, rows: Sequence[Any], *, is_first: bool, is_whole: bool
) -> Page:
    if is_first:
        refuse_lost(entity, rows)
    records: tuple[RawRecord, ...] = tuple(raw_records(rules, rows))
    return Page(records, is_whole=is_whole)


def _put_away(path: Path, where: str) -> None:
    """Move a file beside; another of that name there is not written over."""
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    place, number = folder / path.name, 1
    while place.exists():
        number += 1
        place = folder / f"{path.stem} {number}{path.suffix}"
    path.replace(place)
