"""The API keeps to its description, whatever is sent: schemathesis against a real server.

Answers are never 5xx, have a documented status, content type and schema; what breaks the
description is refused, and wrong methods are told the right ones. That what fits it may still be
refused (a cursor of another list, a day that is over) is no finding.

An admin's API key is sent with each request, so that members may be made meanwhile.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from kam_sync.wiring import Services
from tests.fakes.loopback import loopback_only
from tests.web.conftest import served
from tests.web.tour.ground import laid_out
from tests.web.tour.walk import application

_SEED = "20261129"
_SETTINGS = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "502"]

[[operations]]
include-path-regex = "^/api/v1/(facts/.*/history|.*/ledger/(check|repair)|privacy/people/find)$"
checks.allow_header_conformance.enabled = false
"""
"""502 is what a CRM that cannot be reached is answered with, and documented. Four paths are also
those of others (`ledger/{noun}`), whose methods are allowed, too."""


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("phases", "cases"), [("examples,fuzzing", "6"), ("coverage", "1"), ("stateful", "150")]
)
def test_the_api_keeps_to_its_description(
    services: Services, tmp_path: Path, phases: str, cases: str
) -> None:
    with (
        loopback_only(),
        laid_out(services, tmp_path) as ground,
        served(application(ground.world.services)) as address,
    ):
        _assert_kept(address, tmp_path, f"--phases={phases}", f"--max-examples={cases}")


def _assert_kept(address: str, folder: Path, *wanted: str) -> None:
    """Schemathesis finds nothing; what it says is long, and all of it is needed."""
    httpx.get(f"{address}/openapi.json", timeout=60)  # made once; schemathesis waits ten seconds
    wish = {"name": "schemathesis", "role": "admin"}
    key = httpx.post(f"{address}/api/v1/keys", json=wish, timeout=60).json()["key"]
    settings = folder / "schemathesis.toml"
    settings.write_text(_SETTINGS)
    how: Sequence[str] = (
        "--continue-on-failure", "--no-color", f"--seed={_SEED}", "--workers=2",
        "--request-timeout=30", "--exclude-checks=positive_data_acceptance", "--warnings=off",
        f"--header=Authorization:Bearer {key}",
        "--exclude-path=/api/v1/keys/{key_id}",  # it would lock itself out
    )  # fmt: skip
    command = [sys.executable, "-m", "schemathesis.cli", f"--config-file={settings}", "run"]
    done = subprocess.run(
        [*command, f"{address}/openapi.json", *how, *wanted],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        cwd=folder,  # what it remembers of a run must not change the next one
    )
    if done.returncode != 0:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
