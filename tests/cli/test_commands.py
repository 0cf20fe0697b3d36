"""The commands of the flow, the doctor and the demo."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import sqlalchemy as sa

from benchmarks.ports import free_port
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync.base.db import Database
from kam_sync.cli.demo_crms import CRMS
from kam_sync.intake.store import RunStore, SourceStore
from kam_sync.jobs import queue
from tests.commands import Command
from tests.fakes.waiting import PATIENCE, wait_until

WHEN = datetime(2026, 12, 1, 9, tzinfo=UTC)
COUNTS = {
    "read", "created", "updated", "unchanged", "deleted", "rejected", "held", "seconds", "requests",
    "state", "message",
}  # fmt: skip


def test_sync_prints_the_counts_of_each_noun_and_a_second_one_finds_nothing_new(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    first = kam_sync("sync", "--json").document["sources"][0]
    assert first["source"] == "sales"
    assert first["state"] == "done"
    assert all(set(counts) == COUNTS for counts in first["nouns"].values())
    assert first["nouns"]["deal"]["created"] == connected.count("leads")
    second = kam_sync("sync", "--json").document["sources"][0]["nouns"].values()
    assert sum(counts["created"] + counts["updated"] for counts in second) == 0


def test_a_sync_that_must_wait_exits_with_one_and_says_why(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.kit.pace.sleep", lambda _: None)
    connected.faults.append(Fault(path="/api/v4/leads$", status=503, times=None))
    said = kam_sync("sync", "sales", "--json")
    assert said.code == 1
    assert said.document["sources"][0]["state"] == "later"
    message = said.document["sources"][0]["message"]
    assert message.startswith("deal: 127.0.0.1:")
    assert message.endswith(": the CRM fails (503)")


@pytest.mark.heavy
def test_kpi_detect_and_notify_each_report_what_they_did(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    kam_sync("sync")
    assert kam_sync("kpi", "--json", "--as-of", "2026-11-01").document["kpi"]["created"] > 0
    assert kam_sync("kpi", "--json", "--as-of", "2026-11-01").document["kpi"]["created"] == 0
    found = kam_sync("detect", "--json", "--as-of", "2026-11-01").document
    assert set(found) == {"drift", "alerts"}
    opened = found["alerts"]["opened"]
    assert kam_sync("notify", "--json").document["notify"]["told"] == opened
    assert kam_sync("notify", "--json").document["notify"]["told"] == 0


def test_a_wrong_date_is_refused(kam_sync: Command) -> None:
    said = kam_sync("kpi", "--as-of", "yesterday")
    assert said.code == 2
    assert "a date such as" in said.err


@pytest.mark.heavy
def test_the_doctor_says_what_to_do(kam_sync: Command, connected: AmoSandbox) -> None:
    kam_sync("sync")
    fine = kam_sync("doctor", "--json")
    assert fine.code == 0, fine.out
    assert {c["what"] for c in fine.document["checks"]} >= {
        "disk", "database", "disk of the database", "schema", "clock", "queue",
    }  # fmt: skip
    connected.token = "another since"
    kam_sync("sync")
    said = kam_sync("doctor")
    assert said.code == 1
    assert "kam-sync source set sales --token -" in said.out


@pytest.mark.heavy
def test_the_doctor_advises_after_a_kill_until_the_sync_is_tried_again(
    kam_sync: Command, connected: AmoSandbox, database: Database
) -> None:
    assert connected.token
    kam_sync("sync")
    with database.transaction() as session:
        source_id, runs = SourceStore(session).by_name("sales").id, RunStore(session)
        killed = runs.begin("sync", WHEN, source_id=source_id)
        runs.abandon(source_id, WHEN)
    said = kam_sync("doctor")
    assert said.code == 1
    assert "the process was ended; try it again: kam-sync sync sales" in said.out
    for put in (queue.defer_sync, queue.defer_full):
        with database.transaction() as session:
            put(session, source_id)
        said = kam_sync("doctor")
        assert (said.code, "tried again after: the process was ended" in said.out) == (0, True)
        with database.transaction() as session:
            session.execute(sa.text("DELETE FROM procrastinate_jobs"))
        assert kam_sync("doctor").code == 1
    with database.transaction() as session:
        assert RunStore(session).begin("sync", WHEN, source_id=source_id) > killed
    assert kam_sync("doctor").code == 0


def test_the_doctor_names_a_wrong_setting(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SYNC_TIMEZONE", "Mars/Olympus")
    said = kam_sync("doctor")
    assert said.code == 1
    assert "KAM_SYNC_TIMEZONE" in said.out
    assert kam_sync("sync").code == 2


def test_the_doctor_says_what_a_misspelt_variable_was_to_be(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SYNC_QUITE_HOURS", "none")
    for zone in ("Europe/Moscow", "Mars/Olympus"):  # also where nothing else can be looked at
        monkeypatch.setenv("KAM_SYNC_TIMEZONE", zone)
        checks = kam_sync("doctor", "--json").document["checks"]
        (strange,) = [one for one in checks if one["what"] == "KAM_SYNC_QUITE_HOURS"]
        assert strange["advice"] == "write KAM_SYNC_QUIET_HOURS"


def test_serve_warns_of_a_misspelt_variable_before_it_misses_it(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SYNC_SECRT_KEY", "a key for the tests alone")
    said = kam_sync("web", "--host", "192.0.2.1")
    assert said.code == 2
    assert '"name": "KAM_SYNC_SECRT_KEY", "meant": "KAM_SYNC_SECRET_KEY"' in said.err


def test_an_address_of_another_machine_is_not_called_taken(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", "a key for the tests alone")
    kam_sync("user", "add", "you@example.com", "--role", "admin")
    said = kam_sync("web", "--host", "192.0.2.1")
    assert said.code == 1
    assert "--host 192.0.2.1 --port 8000: no server can listen there" in said.err
    assert "taken" not in said.err


def test_advice_begins_with_what_was_typed(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "connect one: kam-sync source add" in kam_sync("sync").err
    monkeypatch.setenv("KAM_SYNC_COMMAND", "./run")
    assert "connect one: ./run source add" in kam_sync("sync").err


def test_the_doctor_finds_nothing_wrong_where_nothing_was_started_yet(
    kam_sync: Command, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        session.execute(sa.text("ALTER TABLE alembic_version RENAME TO later"))
    try:
        said = kam_sync("doctor", "--json")
    finally:
        with database.transaction() as session:
            session.execute(sa.text("ALTER TABLE later RENAME TO alembic_version"))
    (schema,) = [one for one in said.document["checks"] if one["what"] == "schema"]
    assert said.code == 0
    assert schema["found"] == "none yet: the database is new, and the first start makes its tables"


def test_the_version_is_printed(kam_sync: Command) -> None:
    assert kam_sync("--version").out.startswith("kam-sync 0.")


@pytest.mark.heavy
@pytest.mark.slow
def test_the_demo_makes_one_pass_and_a_second_one_changes_nothing(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kam_sync("demo", "--once", "--json", "--size", "8", "--seed", "3")
    assert first.code == 0, first.err
    assert len(first.document["sources"]) == 5
    companies = {
        one["source"]: one["nouns"]["company"]["read"] for one in first.document["sources"]
    }
    assert companies == {kind: max(8 * share // 100, 1) for kind, share in CRMS.items()}
    assert first.document["stored"]["account_link"] == sum(companies.values())
    assert (
        first.document["stored"]["account"] == 10
    )  # 8 customers, and two that a person is asked about
    assert first.document["steps"]["matching"] == {"read": 0}  # each sync has matched already
    assert {one["state"] for one in first.document["sources"]} == {"done"}
    assert first.document["alerts"]
    assert all(set(one["sources"]) <= set(CRMS) for one in first.document["alerts"])
    assert any(one["sources"] for one in first.document["alerts"])
    second = kam_sync("demo", "--once", "--json", "--size", "8", "--seed", "3").document
    nouns = [counts for one in second["sources"] for counts in one["nouns"].values()]
    assert sum(counts["created"] + counts["updated"] for counts in nouns) == 0
    assert second["steps"]["alerts"]["opened"] == 0


def test_the_demo_keeps_its_hands_off_a_store_with_real_sources(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    said = kam_sync("demo", "--once", "--size", "4")
    assert said.code == 2
    assert "holds your sources (sales)" in said.err


@pytest.mark.slow
def test_serve_answers_and_ends_cleanly_when_it_is_told_to(
    kam_sync: Command, connected: AmoSandbox, tmp_path: Path
) -> None:
    port = str(free_port())
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "kam_sync", "serve", "--port", port],
        env={**os.environ, "KAM_SYNC_LOG_FORMAT": "json"}, stderr=log,  # noqa: TID251 - handed on
    )  # fmt: skip
    try:
        ready: list[dict[str, Any]] = []
        wait_until(lambda: process.poll() is not None or _answers(port, ready))
        assert [said["status"] for said in ready] == ["ready"]
        with urlopen(f"http://127.0.0.1:{port}/events", timeout=PATIENCE) as page:
            assert page.headers["content-type"].startswith("text/event-stream")
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        log.close()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert any(line["event"] == "started" for line in lines)
    assert not any("exceeded" in line["event"] for line in lines)  # an open page held nobody up
    assert connected.token not in (tmp_path / "log").read_text()


def _answers(port: str, said: list[dict[str, Any]]) -> bool:
    """Whether it answers by now; what it says is kept."""
    with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE) as answer:
        said.append(json.load(answer))
    return bool(said)


def test_a_second_demo_of_the_same_company_is_refused_with_what_to_do(
    kam_sync: Command, database: Database
) -> None:
    with database.alone("demo"):
        said = kam_sync("demo", "--once", "--size", "4")
    assert said.code == 1
    assert "running already" in said.err
    assert "--seed" in said.err


def test_the_doctor_sees_a_crm_that_is_away_and_a_key_that_does_not_fit(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.kit.pace.sleep", lambda _: None)
    connected.faults.append(Fault(hang_up=True, times=None))
    assert kam_sync("sync").code == 1
    away = kam_sync("doctor")
    assert away.code == 1
    assert "the answer broke off" in away.out
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", "another key that is long")
    other_key = kam_sync("doctor")
    assert other_key.code == 1
    assert "does not open the stored secrets" in other_key.out
