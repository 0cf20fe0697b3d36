"""`kam-sync backup` and `kam-sync restore`: the whole installation in one file, and back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kam_sync import __version__
from kam_sync.base.clock import utc_now
from kam_sync.base.command import command
from kam_sync.base.errors import DatabaseTrouble, KamSyncError, WrongUse
from kam_sync.base.key_file import KeyFile
from kam_sync.base.settings import Settings, read_settings

if TYPE_CHECKING:
    from kam_sync.base.archive import Reading
    from kam_sync.base.db import Database

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@dataclass(slots=True)
class Restored:
    """What came of a restore."""

    tables: int
    rows: int
    files: list[str] = field(default_factory=list)
    key: str = "not in the backup"
    lost_secrets: dict[str, int] = field(default_factory=dict)
    """How many secrets of which table the key here does not open."""


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it, a file that is not there yet.")],
    *,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the secret key into it, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Write the database and the files of the data folder into one file, while all goes on.

    The secret key is not in it: keep that elsewhere, or say --with-key and guard the file.
    """
    from kam_sync.base import archive
    from kam_sync.base.db import dump, open_database
    from kam_sync.cli import show

    settings = read_settings()
    folder = settings.data_dir
    key = _key(settings) if with_key else None  # asked first: a dump may take an hour
    database = open_database(settings)
    try:
        with archive.written(file.expanduser().absolute()) as writing:
            with dump.snapshot(database) as held, _progress(None) as watch:
                writing.sql(_watched(dump.dump(database, held), watch))
            names = archive.files_in(folder)
            writing.files(folder, names)
            if key is not None:
                writing.key(key)
            about = archive.About(
                version=__version__, revision=held.revision, created_at=utc_now(),
                server=held.server, rows=held.rows, roles=list(held.roles), files=names,
                has_key=with_key,
            )  # fmt: skip
            writing.about(about)
    finally:
        database.close()
    size = file.stat().st_size
    document = {"file": str(file), "bytes": size, **about.model_dump(mode="json")}
    if json:
        show.as_json(document)
        return
    key = "with" if with_key else "without"
    show.out.print(
        f"{file}: {size / 1e6:,.1f} MB, {len(about.rows)} tables, "
        f"{sum(about.rows.values()):,} rows, {len(names)} files, {key} the secret key"
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Drop what is in the database, and overwrite files.")
    ] = False,
    json: Json = False,
) -> None:
    """Make this installation what it was when the backup was written.

    All of the database or nothing: what fails leaves it as it was. Then it is migrated, and the
    stored secrets are tried with the key that is here. Ends with 1 when some do not open.
    """
    from kam_sync.base import archive
    from kam_sync.base.db import open_database
    from kam_sync.base.db.migrate import newest_revision

    settings = read_settings()
    with archive.opened(file.expanduser()) as reading:
        if reading.about.revision > newest_revision():
            raise WrongUse(
                f"{file}: it is at {reading.about.revision}, made by release "
                f"{reading.about.version}; this one is older: restore it with that release"
            )
        folder = settings.data_dir
        files = _to_write(reading, folder, replace=replace)
        database = open_database(settings)
        try:
            _load(database, reading, replace=replace)
        finally:
            database.close()
        done = Restored(len(reading.about.rows), sum(reading.about.rows.values()), sorted(files))
        try:
            _write(files, folder)
            done.key = _put_key(reading, settings, folder)
        except OSError as error:
            said = f"the database is restored, the files in {folder} are not: {error.strerror}"
            raise DatabaseTrouble(said) from error
    done.lost_secrets = _bring_up(settings)
    _tell(done, as_json=json)
    if done.lost_secrets:
        raise typer.Exit(1)


def _load(database: "Database", reading: "Reading", *, replace: bool) -> None:
    from kam_sync.base.db import dump

    if not replace and not dump.is_empty(database):
        raise WrongUse(
            "the database is not empty: give another one (KAM_SYNC_DATABASE_URL, or "
            "KAM_SYNC_DATA_DIR), or say --replace to drop all that is in it"
        )
    with _progress(reading.size) as watch:
        dump.load(
            database, reading.lines(), roles=reading.about.roles, expected=reading.about.rows,
            anew=replace, watch=watch,
        )  # fmt: skip


def _to_write(reading: "Reading", folder: Path, *, replace: bool) -> dict[str, bytes]:
    """The files that are not there as they were; none is overwritten that nobody gave up."""
    contents = {name: reading.content(name) for name in reading.about.files}
    other = {
        name: content for name, content in contents.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    }  # fmt: skip
    taken = [name for name in other if (folder / name).exists()]
    if taken and not replace:
        raise WrongUse(f"{folder / taken[0]} is there and differs: move it, or say --replace")
    return other


def _write(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _put_key(reading: "Reading", settings: Settings, folder: Path) -> str:
    """Say what became of the key; one that is here already is never overwritten."""
    from kam_sync.base.archive import KEY

    if reading.key is None:
        return "not in the backup"
    if settings.secret_key is not None:
        return "KAM_SYNC_SECRET_KEY is used, not the one in the backup"
    path, keys = folder / KEY, [part.strip() for part in reading.key.split(",")]
    if path.exists():
        is_same = path.read_text().strip() == keys[0]
        return "the same as here" if is_same else "the one that is here is kept"
    folder.mkdir(parents=True, exist_ok=True)
    KeyFile(folder).take(keys)
    return "restored"


def _key(settings: Settings) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    folder = settings.data_dir
    if not (folder / "secret.key").is_file():
        raise WrongUse("--with-key: there is no secret key yet, for nothing was encrypted")
    return ",".join(KeyFile(folder).keys())  # with former ones, while something is sealed by them


def _bring_up(settings: Settings) -> dict[str, int]:
    """Migrate, with all that follows a migration, try the secrets, and erase again."""
    from kam_sync import erasing, resealing
    from kam_sync.base.secrets import SealedBy
    from kam_sync.cli import show
    from kam_sync.wiring import open_services

    with open_services(settings) as services:
        tables = resealing.standing(services).tables
        lost = {table: count for table, by in tables.items() if (count := by[SealedBy.NONE])}
        try:
            erasing.erase_again(services, by=getuser())
        except KamSyncError as error:
            show.err.print(f"Erased people could not be looked for: {error}")
        return lost


def _tell(done: Restored, *, as_json: bool) -> None:
    from dataclasses import asdict

    from kam_sync.cli import show

    if as_json:
        show.as_json(asdict(done))
        return
    show.out.print(f"{done.tables} tables, {done.rows:,} rows, {len(done.files)} files restored")
    show.out.print(f"Secret key: {done.key}")
    for table, count in done.lost_secrets.items():
        show.out.print(f"LOST: {count} secrets in {table} do not open with the key that is here")
    if done.lost_secrets:
        show.out.print(
            "Give the former key (KAM_SYNC_SECRET_KEY=this,former), or each secret anew: "
            f"{command('doctor')} names them"
        )


def _watched(chunks: Iterator[bytes], watch: Callable[[int], None]) -> Iterator[bytes]:
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        watch(done)


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[int], None]]:
    """A line of progress on standard error, in bytes of SQL."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeElapsedColumn

    from kam_sync.cli import show

    with Progress(
        BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=show.err, transient=True
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)
