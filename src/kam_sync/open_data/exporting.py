"""Exports open data into a folder: one file for each table and month, and only what has changed.

All is read in one transaction, so every file is of one moment. New files are written beside the old
ones and put in their place when all are there; what fails before that leaves the folder as it was.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from filelock import FileLock, Timeout

from kam_sync.base.db import Database
from kam_sync.base.errors import Busy, FolderTrouble, NotHere, WrongUse
from kam_sync.open_data.files import Format, shape, write_file
from kam_sync.open_data.manifest import NAME, File, Manifest, Table, read_manifest
from kam_sync.open_data.model import View
from kam_sync.open_data.store import VIEWS, Part, SnapshotStore

Watch = Callable[[str, int], None]
"""Is told which table is at work, and how many rows of it were written so far."""
_NEW = ".new"
_LOCK = ".lock"
_EVERY = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be exported, and into which folder."""

    folder: Path
    format: Format = Format.PARQUET
    tables: tuple[str, ...] = ()
    """None for all."""
    since: str = ""
    """The first month that is looked at, as 2026-01; others stay as they are."""
    is_full: bool = False
    """Write also what has not changed."""
    is_personal: bool = False
    """With what identifies people at customers."""

    @property
    def views(self) -> list[View]:
        """The tables that are looked at."""
        return [
            view
            for view in VIEWS
            if view.name in self.tables
            or (not self.tables and (self.is_personal or not view.is_personal))
        ]


@dataclass(slots=True)
class Done:
    """What came of one table."""

    rows: int = 0
    """In all its files."""
    written: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    rows_written: int = 0


def export(database: Database, wish: Wish, now: datetime, watch: Watch) -> dict[str, Done]:
    """Bring a folder up to date; what was done, by table.

    Raises Busy, FolderTrouble, NotHere without views, WrongUse for a folder that we cannot read,
    or for a part of the tables where it holds another format.
    """
    with _alone_in(wish.folder):
        before = read_manifest(wish.folder) or Manifest(format=wish.format)
        _refuse_a_mix(wish, before)
        after = Manifest(format=wish.format, as_of=now.isoformat(timespec="seconds"))
        if wish.tables or wish.since:
            after = before.model_copy(update={"format": wish.format, "as_of": ""}, deep=True)
        done = {}
        with database.transaction(is_snapshot=True) as session:
            store = SnapshotStore(session)
            if not store.is_there():
                raise NotHere("there are no views of open data; see docs/open-data.md, Rights")
            for view in wish.views:
                done[view.name] = _one(store, view, wish, (before, after), watch)
        _put_in_place(wish, before, after, done)
        return done


def _refuse_a_mix(wish: Wish, before: Manifest) -> None:
    """A part of the tables in another format would leave the folder without the others."""
    if (wish.tables or wish.since) and before.format != wish.format:
        raise WrongUse(
            f"{wish.folder}: the folder holds {before.format}: export all of it, or choose another"
            " folder"
        )


def _one(
    store: SnapshotStore, view: View, wish: Wish, sides: tuple[Manifest, Manifest], watch: Watch
) -> Done:
    """Write the files of a table that are to be written, beside the old ones."""
    before, after = sides
    watch(view.name, 0)
    wanted = shape(view, wish.format)
    old = before.tables.get(view.name, Table(shape=wanted))
    parts = store.parts(view, wish.since)
    kept = {
        name: file
        for name, file in old.files.items()
        if wish.since and view.month and (name < wish.since or not name[0].isdigit())
    }
    due = [part for part in parts if not _is_there(view, part, old, wanted, wish)]
    names = {part.name for part in due}
    files = kept | {p.name: old.files[p.name] for p in parts if p.name not in names}
    files |= _written(store, view, due, wish, watch)
    after.tables[view.name] = Table(shape=wanted, files=dict(sorted(files.items())))
    return Done(
        rows=sum(file.rows for file in files.values()),
        written=sorted(names),
        unchanged=len(files) - len(names),
        rows_written=sum(part.rows for part in due),
    )


def _is_there(view: View, part: Part, old: Table, wanted: str, wish: Wish) -> bool:
    file = old.files.get(part.name)
    if wish.is_full or file is None or old.shape != wanted or file.mark != part.mark:
        return False
    path = wish.folder / _path(view.name, part.name, wish.format)
    return path.is_file() and path.stat().st_size == file.bytes


def _written(
    store: SnapshotStore, view: View, due: list[Part], wish: Wish, watch: Watch
) -> dict[str, File]:
    marks = {part.name: part for part in due}
    files: dict[str, File] = {}
    total = 0
    rows = store.rows(view, list(marks), for_people=wish.format is Format.CSV)
    with closing(rows):  # what fails must not leave the database in the middle of sending rows
        for name, lines in groupby(rows, key=itemgetter(0)):
            path = _new_path(wish, view, name)
            total += write_file(view, wish.format, path, _watched(lines, view, total, watch))
            files[name] = _file(path, marks[name])
    for name in marks.keys() - files.keys():  # a table without rows, whose columns are of use
        path = _new_path(wish, view, name)
        write_file(view, wish.format, path, ())
        files[name] = _file(path, marks[name])
    return files


def _watched(
    lines: Iterator[tuple[str, bytes]], view: View, before: int, watch: Watch
) -> Iterator[bytes]:
    for at, (_, line) in enumerate(lines, before + 1):
        if at % _EVERY == 0:
            watch(view.name, at)
        yield line


def _new_path(wish: Wish, view: View, part: str) -> Path:
    path = wish.folder / _NEW / _path(view.name, part, wish.format)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _file(path: Path, part: Part) -> File:
    return File(rows=part.rows, bytes=path.stat().st_size, mark=part.mark)


def _put_in_place(wish: Wish, before: Manifest, after: Manifest, done: dict[str, Done]) -> None:
    new = wish.folder / _NEW
    for table, said in done.items():
        for part in said.written:
            path = _path(table, part, wish.format)
            (wish.folder / path).parent.mkdir(exist_ok=True)
            (new / path).replace(wish.folder / path)
    manifest = new / NAME
    manifest.parent.mkdir(exist_ok=True)
    manifest.write_text(after.model_dump_json(indent=1), encoding="utf-8")
    manifest.replace(wish.folder / NAME)
    for table, part in _paths(before) - _paths(after):
        _remove(wish.folder, _path(table, part, before.format))
        done.setdefault(table, Done()).removed.append(part)
    if before.format != after.format:
        for table, part in _paths(before) & _paths(after):
            _remove(wish.folder, _path(table, part, before.format))


def _remove(folder: Path, path: str) -> None:
    (folder / path).unlink(missing_ok=True)
    if not any((folder / path).parent.iterdir()):
        (folder / path).parent.rmdir()


def _paths(manifest: Manifest) -> set[tuple[str, str]]:
    return {(table, part) for table, said in manifest.tables.items() for part in said.files}


def _path(table: str, part: str, of: str) -> str:
    return f"{table}/{part}.{of}"


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Have a folder for ourselves, and leave nothing half-made in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK, timeout=0):
            shutil.rmtree(folder / _NEW, ignore_errors=True)  # of one that was killed
            try:
                yield
            finally:
                shutil.rmtree(folder / _NEW, ignore_errors=True)
    except Timeout as error:
        raise Busy(f"{folder}: another export writes into it") from error
    except OSError as error:
        raise FolderTrouble(f"{error.filename or folder}: {error.strerror or error}") from error
