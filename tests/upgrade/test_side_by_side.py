"""The code before the newest migration really runs on the schema after it."""

import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from shutil import which

import httpx
import pytest
import sqlalchemy as sa

from benchmarks.ports import free_port
from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.base.db import Database
from kam_sync.jobs.queue import defer_measure
from tests.cli.conftest import box, connected
from tests.commands import Command
from tests.fakes.browsing import TRUST
from tests.fakes.waiting import PATIENCE, wait_until

__all__ = ["box", "connected"]
TOP = Path(__file__).parents[2]
_PAGES = ("/", "/accounts", "/portfolio", "/sources", "/settings", "/api/v1/accounts",
          "/api/v1/alerts", "/api/v1/runs", "/metrics")  # fmt: skip


def git(*asked: str) -> bytes:
    """What git says; a skip where the history is not there, as in a clone of little depth."""
    done = subprocess.run(
        [str(which("git")), "-C", str(TOP), *asked], capture_output=True, check=False
    )
    if done.returncode != 0 or not done.stdout.strip():
        pytest.skip(f"no history here to take the earlier code from: git {asked[0]}")
    return done.stdout


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as it was before the newest migration."""
    added = git("log", "-1", "--diff-filter=A", "--format=%H", "--", "migrations/versions")
    folder = tmp_path_factory.mktemp("before")
    packed = git("archive", f"{added.decode().strip()}^", "src", "connectors", "migrations")
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def start(before: Path, *asked: str, log: Path) -> "subprocess.Popen[bytes]":
    """A command of the earlier code, with the environment of the test."""
    path = f"{before / 'src'}{os.pathsep}{before}"
    ours = {**os.environ, "PYTHONPATH": path, "KAM_SYNC_LOG_FORMAT": "json"}  # noqa: TID251 - handed on
    with log.open("ab") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "kam_sync", *asked],
            cwd=before, env=ours, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip


@contextmanager
def serving(before: Path, log: Path) -> Iterator[str]:
    """The earlier code, serving and working."""
    port = free_port()
    process = start(before, "serve", "--port", str(port), log=log)
    try:
        wait_until(
            lambda: process.poll() is not None or _status(f"http://127.0.0.1:{port}/readyz") == 200
        )
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def _status(url: str) -> int:
    with suppress(httpx.TransportError):
        return httpx.get(url, timeout=PATIENCE, verify=TRUST).status_code
    return 0


@pytest.mark.heavy
def test_the_code_before_serves_syncs_and_measures_beside_the_new_one(
    before: Path, kam_sync: Command, connected: AmoSandbox, database: Database, tmp_path: Path
) -> None:
    asked = [sys.executable, "-c", "import kam_sync; print(kam_sync.__file__)"]
    path = f"{before / 'src'}{os.pathsep}{before}"
    found = subprocess.check_output(asked, env={**os.environ, "PYTHONPATH": path}, cwd=before)  # noqa: TID251 - handed on
    assert str(before) in found.decode()

    for step in (["sync", "--json"], ["kpi", "--json"], ["detect", "--json"]):
        done = start(before, *step, log=tmp_path / "log")
        out, _ = done.communicate(timeout=5 * PATIENCE)
        assert done.returncode == 0, (tmp_path / "log").read_text()
        json.loads(out)
    with serving(before, tmp_path / "log") as address:
        assert {page: _status(address + page) for page in _PAGES} == dict.fromkeys(_PAGES, 200)
        assert kam_sync("sync", "--full").code == 0  # the new code, beside the old one
        assert kam_sync("kpi").code == 0
        with database.transaction() as session:  # what the new code queues, the old one does
            assert defer_measure(session)

        def is_done() -> bool:
            with database.transaction() as session:
                done = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
                return session.scalar(sa.text(f"{done} AND task_name = 'measure'")) == 0

        wait_until(is_done)
    lines = (tmp_path / "log").read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]  # commands speak to people
    assert [line for line in told if line.get("level") == "error"] == []
