"""`python -m connectors.sandbox` says where it is, serves, and ends with its parent."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.__main__ import main

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "connectors.sandbox", "amocrm", "--today", "2026-11-23")


@contextmanager
def _running(*more: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*COMMAND, *more], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _first_line(process: subprocess.Popen[str]) -> dict[str, object]:
    assert process.stdout
    found: dict[str, object] = json.loads(process.stdout.readline())
    return found


def test_it_prints_one_line_serves_and_ends_with_its_input() -> None:
    address = "http://127.0.0.1:9/back"
    more = ("--token", "abc", "--redirect-uri", address)
    with _running("--size", "5", "--deals", "50", *more) as process:
        said = _first_line(process)
        answer = httpx.get(f"{said['url']}/api/v4/leads", headers={"Authorization": "Bearer abc"})
        assert answer.status_code == 200
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0
        assert process.stdout
        assert process.stdout.read() == ""
    rows = said.pop("rows")
    assert isinstance(rows, dict)
    assert rows.keys() > {"companies", "contacts", "leads", "tasks", "users", "events"}
    assert (rows["companies"], rows["contacts"]) == (5, 12)
    oauth = said.pop("oauth")
    assert isinstance(oauth, dict)
    assert oauth.keys() == {"client_id", "client_secret", "redirect_uri"}
    assert oauth["redirect_uri"] == address
    del said["url"]
    assert said == {
        "kind": "amocrm",
        "token": "abc",
        "today": "2026-11-23",
        "world": "seed7-5-d50-202611",
    }


def test_it_ends_when_told_to() -> None:
    with _running() as process:
        _first_line(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["siebel"],
        ["amocrm", "--size", "many"],
        ["amocrm", "--size", "0"],
        ["amocrm", "--today", "tomorrow"],
        ["amocrm", "--data", "/nowhere"],
        ["amocrm", "--data", ".", "--seed", "1"],
        ["amocrm", "--rate", "-1"],
        ["amocrm", "--port", "70000"],
    ],
)
def test_bad_arguments_end_with_2_and_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith("connectors.sandbox: ")
    assert err.count("\n") == 1


def test_each_kind_has_its_own_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["amocrm", "--help"])
    assert ended.value.code == 0
    assert "--api-filter" in capsys.readouterr().out


def test_help_shows_how_to_start_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "python -m connectors.sandbox amocrm --size 2000" in capsys.readouterr().out
