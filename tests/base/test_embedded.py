"""The embedded PostgreSQL: kept, joined, mended after a kill, and clear about its troubles."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from kam_sync.base.db import Database, embedded, open_database
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.base.settings import Settings

HOLDER = """
import sys
from pathlib import Path
from kam_sync.base.db import open_database
from kam_sync.base.settings import Settings
if len(sys.argv) > 2:  # only now: the interpreter may lie where this user cannot read
    import os, psutil, sqlalchemy.dialects.postgresql.psycopg
    os.setgroups([]), os.setgid(int(sys.argv[2])), os.setuid(int(sys.argv[2]))
database = open_database(Settings(data_dir=Path(sys.argv[1])))
print(database.server.joined, flush=True)
sys.stdin.read()
database.close()
"""


def settings_of(folder: Path) -> Settings:
    return Settings.model_validate({"data_dir": folder, "database_url": None})


def write(database: Database, text: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text(text))


def test_data_is_kept_between_starts_and_the_server_stops_with_its_last_holder(
    tmp_path: Path,
) -> None:
    first = open_database(settings_of(tmp_path))
    write(first, "CREATE TABLE kept AS SELECT 'Ромашка' AS name")
    first.close()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
    again = open_database(settings_of(tmp_path))
    with again.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT name FROM kept WHERE name ILIKE 'ромашка'"))
    again.close()


@pytest.mark.heavy
def test_a_second_process_joins_and_the_first_may_leave(tmp_path: Path) -> None:
    first = open_database(settings_of(tmp_path))
    second = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert second.stdout is not None
    assert second.stdout.readline().strip() == "True"
    first.close()
    assert (tmp_path / "postgres" / "postmaster.pid").exists()
    second.communicate()
    assert second.returncode == 0
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_after_a_kill_of_process_and_server_the_next_start_recovers(tmp_path: Path) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert killed.stdout is not None
    assert killed.stdout.readline().strip() == "False"
    server = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    for process_id in (killed.pid, server):
        os.kill(process_id, signal.SIGKILL)
    killed.communicate()
    again = open_database(settings_of(tmp_path))
    assert again.check().startswith("PostgreSQL")
    again.close()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


@pytest.mark.heavy
def test_a_server_found_dying_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "False"
    home = tmp_path / "postgres"
    server = psutil.Process(int((home / "postmaster.pid").read_text().split()[0]))
    for socket in home.glob(".s.PGSQL.5432"):  # it runs, and answers nobody any more
        socket.unlink()

    def die(_: Path) -> None:
        holder.kill()
        holder.communicate()
        server.kill()
        psutil.wait_procs([server], timeout=10)

    monkeypatch.setattr(embedded, "_give_it_time", die)
    again = open_database(settings_of(tmp_path))
    assert again.server is not None
    assert not again.server.joined
    assert again.check().startswith("PostgreSQL")
    again.close()
    assert not (home / "postmaster.pid").exists()


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(DatabaseTrouble, match="cannot use the data folder .*KAM_SYNC_DATA_DIR"):
        open_database(settings_of(blocked / "inside"))


def test_files_of_another_major_version_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(DatabaseTrouble, match="found version 12"):
        open_database(settings_of(tmp_path))


def test_a_server_that_does_not_start_says_why_from_its_log(tmp_path: Path) -> None:
    open_database(settings_of(tmp_path)).close()
    with (tmp_path / "postgres" / "postgresql.conf").open("a") as config:
        config.write("\nshared_buffers = 'nonsense'\n")
    with pytest.raises(DatabaseTrouble, match="shared_buffers"):
        open_database(settings_of(tmp_path))


def test_an_unreachable_database_is_named_without_its_password() -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/none"
    settings = Settings.model_validate({"database_url": url})
    with pytest.raises(DatabaseTrouble, match="cannot reach the database") as caught:
        open_database(settings)
    assert "hunter2" not in str(caught.value)
    assert "refused" in str(caught.value)  # the cause, and not libpq's question after it


@pytest.mark.heavy
@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0, reason="only root can become another user"
)
def test_an_ordinary_user_can_start_it_after_root_has(tmp_path: Path) -> None:
    open_database(settings_of(tmp_path / "root")).close()
    home = tmp_path / "user"
    home.mkdir()
    os.chown(home, 65534, 65534)
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    started = subprocess.run(
        [sys.executable, "-c", HOLDER, str(home), "65534"], input="", capture_output=True,
        text=True, check=False, cwd="/",
        env={"HOME": str(home), "PATH": os.defpath},
    )  # fmt: skip
    assert started.stdout.strip() == "False", started.stderr


def test_a_space_in_the_data_folder_does_no_harm(tmp_path: Path) -> None:
    database = open_database(settings_of(tmp_path / "Мои данные"))
    assert database.check().startswith("PostgreSQL")
    database.close()


def test_a_space_in_one_data_folder_leaves_the_next_server_its_own_sockets(tmp_path: Path) -> None:
    spaced = open_database(settings_of(tmp_path / "Мои данные"))
    plain = open_database(settings_of(tmp_path / "data"))
    write(spaced, "CREATE TABLE whose AS SELECT 'spaced' AS name")
    write(plain, "CREATE TABLE whose AS SELECT 'plain' AS name")
    sockets = list((tmp_path / "data" / "postgres").glob(".s.PGSQL.*"))
    plain.close()
    spaced.close()
    assert sockets
