"""The licences of all packages that come with kam_sync, and which ones may."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from audit.holes import LOCK

DOCUMENT = Path(__file__).parents[1] / "docs" / "licences.md"
ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0",
    "PSF-2.0", "Zlib",
})  # fmt: skip
LIBRARIES = frozenset({"LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-2.0"})
"""For libraries that are installed as they are, beside ours: who changes them has to say how."""
_SPELT = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_ELSEWHERE = {"colorama": "BSD"}
"""Packages that are installed on other systems alone."""
_NAME = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
_WORDS = re.compile(r"\s+(?:AND|OR)\s+|[()]")


@cache
def found() -> dict[str, str]:
    """Package -> licence, as the package says it, in the words of SPDX."""
    names = [_plain(name) for name in _NAME.findall(LOCK.read_text())]
    command = [
        sys.executable, "-m", "piplicenses", "--from", "mixed", "--format", "json", "--packages",
        *names,
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    told = {_plain(one["Name"]): _spelt(one["License"]) for one in json.loads(said)}
    return {name: told.get(name) or _ELSEWHERE.get(name, "unknown") for name in sorted(names)}


def refused(licence: str) -> set[str]:
    """What of a licence we may not build upon."""
    parts = {part for part in _WORDS.split(licence) if part}
    return parts - ALLOWED - LIBRARIES


def document() -> str:
    """All of them as a table."""
    rows = "".join(f"| {name} | {licence} |\n" for name, licence in found().items())
    return f"""# Licences of what kam_sync builds upon

Made by `./run licences` from what each package of `requirements.lock` says of itself; a test
compares. kam_sync itself is under Apache-2.0. Most of these licences ask for no more than to be
named. LGPL and MPL ask more of who changes such a library and gives it on: we do not, and install
each as its makers publish it. `audit/licences.py` says which licences may be here. What pages load
from our own server has its licences in `src/kam_sync/web/static/vendor`.

| package | licence |
|---|---|
{rows}"""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _spelt(licence: str) -> str:
    return " AND ".join(_SPELT.get(part.strip(), part.strip()) for part in licence.split(";"))
