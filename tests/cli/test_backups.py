"""A backup of what is being written to, restored elsewhere, is whole, and the work goes on."""

import json
import shutil
import stat
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.base.db import Database
from kam_sync.base.db.dump import rows_of
from tests.commands import Command

_DIGEST = "SELECT md5(coalesce(string_agg(one::text, '' ORDER BY one::text), '')) FROM {} AS one"


@pytest.fixture
def other(migrated: Database) -> Iterator[Database]:
    """An empty database beside the migrated one."""
    with migrated.at_once() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS kam_sync_other"))
        connection.execute(sa.text("CREATE DATABASE kam_sync_other TEMPLATE template0"))
    url = migrated.url.set(database="kam_sync_other").render_as_string(hide_password=False)
    database = Database(url)
    yield database
    database.close()


def digests(database: Database, *tables: str) -> dict[str, str]:
    """What tables hold, in short."""
    with database.engine.connect() as connection:
        return {name: connection.scalar(sa.text(_DIGEST.format(name))) for name in tables}


def moved(monkeypatch: pytest.MonkeyPatch, to: Database, folder: Path) -> None:
    """Let commands work with another database and another folder."""
    to.engine.dispose()
    monkeypatch.setenv("KAM_SYNC_DATABASE_URL", to.conninfo)
    monkeypatch.setenv("KAM_SYNC_DATA_DIR", str(folder))


@pytest.mark.slow
def test_a_backup_beside_a_writer_is_restored_and_syncs_go_on(
    kam_sync: Command, connected: AmoSandbox, database: Database, other: Database,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    assert kam_sync("sync").code == 0
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "own.yaml.off").write_text("ours")
    (tmp_path / "workdays.yaml").write_text("2027-02-20: work\n")
    before = digests(database, "deal", "raw_record", "account")
    done = threading.Event()

    def write() -> None:  # what is a half of a pair at the moment of the backup is in it as a whole
        while not done.is_set():
            with database.transaction() as session:
                for name in ("one", "two"):
                    session.execute(sa.text("INSERT INTO tick VALUES (:name, clock_timestamp())"),
                                    {"name": name})  # fmt: skip

    writer = threading.Thread(target=write)
    writer.start()
    file = tmp_path / "all.kam"
    said = kam_sync("backup", str(file), "--json")
    done.set()
    writer.join()
    assert said.code == 0, said.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert said.document["files"] == ["kpis/own.yaml.off", "workdays.yaml"]
    with zipfile.ZipFile(file) as inside:
        assert not [n for n in inside.namelist() if b"a key for the tests" in inside.read(n)]

    moved(monkeypatch, other, tmp_path / "there")
    restored = kam_sync("restore", str(file), "--json")
    assert restored.code == 0, restored.err
    assert restored.document["rows"] == sum(said.document["rows"].values())
    assert restored.document["lost_secrets"] == {}
    assert (tmp_path / "there" / "workdays.yaml").read_text() == "2027-02-20: work\n"
    assert digests(other, "deal", "raw_record", "account") == before
    with other.engine.connect() as connection:
        ticks = "SELECT count(*) FILTER (WHERE schedule = 'one'), count(*) FROM tick"
        ones, both = connection.execute(sa.text(ticks)).one()
        assert both == ones * 2
        assert rows_of(connection)["public.deal"] > 0
    doctor = kam_sync("doctor", "--json")
    assert [one for one in doctor.document["checks"] if not one["is_fine"]] == []
    again = kam_sync("sync", "--full", "--json")
    assert again.code == 0, again.err
    created = sum(n["created"] for s in again.document["sources"] for n in s["nouns"].values())
    assert created == 0


def test_a_restore_refuses_what_it_would_destroy_or_not_understand(
    kam_sync: Command, database: Database, other: Database,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    file = tmp_path / "all.kam"
    assert kam_sync("backup", str(file)).code == 0
    twice = kam_sync("backup", str(file))
    assert (twice.code, "there already" in twice.err) == (2, True)
    refused = kam_sync("restore", str(file))
    assert (refused.code, "not empty" in refused.err) == (2, True)

    moved(monkeypatch, other, tmp_path / "there")
    later, cut, few = (tmp_path / name for name in ("later.kam", "cut.kam", "few.kam"))
    _changed(file, later, revision="29990101_0000", version="9.0")
    assert "restore it with that release" in kam_sync("restore", str(later)).err
    cut.write_bytes(file.read_bytes()[:-400])
    assert "no whole backup" in kam_sync("restore", str(cut)).err
    _changed(file, few, rows={"public.account": 5})
    said = kam_sync("restore", str(few))
    assert (said.code, "has not all of its rows" in said.err) == (1, True)
    strange = tmp_path / "strange.kam"
    _changed(file, strange, files=["kpis/../../outside.yaml"])
    assert "does not belong" in kam_sync("restore", str(strange)).err
    with other.engine.connect() as connection:
        assert rows_of(connection) == {}  # nothing of all that has left anything


def test_a_key_that_is_not_there_is_told_before_anything_is_read(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KAM_SYNC_SECRET_KEY")
    monkeypatch.setenv("KAM_SYNC_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.setenv("KAM_SYNC_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    said = kam_sync("backup", str(tmp_path / "all.kam"), "--with-key")
    assert (said.code, "there is no secret key yet" in said.err) == (2, True)


def _changed(file: Path, to: Path, **about: object) -> None:
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "about.json":
                content = json.dumps({**json.loads(content), **about}).encode()
            new.writestr(name, content)


def test_a_lost_key_is_told_and_one_that_was_put_in_comes_back(
    kam_sync: Command, connected: AmoSandbox, other: Database,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    kept, without = tmp_path / "kept.kam", tmp_path / "without.kam"
    assert kam_sync("backup", str(kept), "--with-key").code == 0
    assert kam_sync("backup", str(without)).code == 0
    monkeypatch.delenv("KAM_SYNC_SECRET_KEY")

    moved(monkeypatch, other, tmp_path / "there")
    lost = kam_sync("restore", str(without))
    assert lost.code == 1
    assert "LOST: 1 secrets in source do not open" in lost.out

    shutil.rmtree(tmp_path / "there")
    found = kam_sync("restore", str(kept), "--replace", "--json")
    assert found.code == 0, found.err
    assert found.document["key"] == "restored"
    key = tmp_path / "there" / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert kam_sync("source", "check", "sales").code == 0
    with other.engine.connect() as connection:
        open_to_all = "SELECT has_schema_privilege('public', 'public', 'USAGE')"
        assert connection.scalar(sa.text(open_to_all))  # as a new database has it


@pytest.mark.heavy
def test_the_embedded_database_and_a_server_take_each_others_backups(
    kam_sync: Command, connected: AmoSandbox, other: Database,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    """Of servers by URL `.ci/with-postgres` has one, of an older release than the embedded one."""
    out, back = tmp_path / "out.kam", tmp_path / "back.kam"
    assert kam_sync("backup", str(out)).code == 0

    monkeypatch.delenv("KAM_SYNC_DATABASE_URL")
    monkeypatch.setenv("KAM_SYNC_DATA_DIR", str(tmp_path / "embedded"))
    assert kam_sync("restore", str(out)).code == 0
    assert "sales" in kam_sync("source", "list").out
    assert kam_sync("backup", str(back)).code == 0

    moved(monkeypatch, other, tmp_path / "there")
    restored = kam_sync("restore", str(back))
    assert restored.code == 0, restored.err
    assert "sales" in kam_sync("source", "list").out
