"""Asks which packages of requirements.lock have known holes; needs the network."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
ACCEPTED: dict[str, str] = {}
"""Holes that do not reach us: id -> why."""
_PATIENCE = 50
"""Seconds; the rest of the check does not wait for longer."""
_WANTED = "KAM_SYNC_REQUIRE_AUDIT"


def look(lock: Path = LOCK, extra: Sequence[str] = ()) -> int:
    """Ask, print what was found, and return the exit code."""
    found = _asked(lock, extra)
    answered = [one for one in found if "skip_reason" not in one]
    if not answered:
        print(
            f"audit: the service of known holes was not reached; {_WANTED}=1 makes that a failure"
        )
        return int(os.environ.get(_WANTED, "") not in {"", "0"})
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no release yet'}"
        for one in answered
        for hole in one["vulns"]
        if hole["id"] not in ACCEPTED
    ]
    for hole in holes:
        print(f"audit: {hole}")
    print(f"audit: {len(answered)} of {len(found)} packages, {len(holes)} known holes")
    return int(bool(holes))


def _asked(lock: Path, extra: Sequence[str]) -> list[dict[str, Any]]:
    """What is known of each package; nothing where nobody answers."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--no-deps", "--disable-pip",
        "--format", "json", "--progress-spinner", "off", "--timeout", "10", *extra,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []
    return found
