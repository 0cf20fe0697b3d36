"""One check of the ledger for 50,000 deals: requests, seconds, memory.

    .venv/bin/python -m benchmarks.ledger_check             about a minute
    .venv/bin/python -m benchmarks.ledger_check --deals 5000

The CRM is the sandbox amoCRM without a rate limit, a process of its own; the database is the
embedded PostgreSQL, new and started before. A first load goes before, by the real command line;
then deals are compared twice, so that the second check also reads what the first one wrote. At the
pace of amoCRM (6 requests a second) a check takes its requests / 6 seconds at least.

Measured in November 2026 on a virtual machine with 2 cores shared with other work (load average 1),
Linux x86_64, Python 3.11: 223 requests, 5 s of work (37 s at that pace), 133 MB.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.children import measure, sandbox
from benchmarks.fresh_server import fresh_server

_TIMEOUT = 600.0
_PACE = 6


def main() -> int:
    """Measure and show."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger_check")
    parser.add_argument("--deals", type=int, default=50_000)
    deals = parser.parse_args().deals
    world = ["--rate", "0", "--size", str(deals // 5), "--contacts", "100", "--deals", str(deals)]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with sandbox(folder, [*world, "--today", "2026-11-01"]) as crm, \
                fresh_server(folder / "data") as server:  # fmt: skip
            env = {"KAM_SYNC_DATA_DIR": str(server.data), "KAM_SYNC_CRM_HOSTS": "127.0.0.1"}
            program = [sys.executable, "-m", "kam_sync"]
            add = ["source", "add", "sandbox", "--kind", "amocrm", "--base-url", crm.url]
            add += ["--token", crm.token, "--set", "per_second=0"]
            measure([*program, *add], folder=folder, timeout=_TIMEOUT, env=env)
            measure([*program, "sync", "--json"], folder=folder, timeout=_TIMEOUT, env=env)
            check = [*program, "ledger", "check", "sandbox", "--noun", "deal", "--json"]
            for number in (1, 2):
                ran = measure(check, folder=folder, timeout=_TIMEOUT, env=env)
                [told] = json.loads(ran.said)["ledger"]
                print(
                    f"check {number}: {told['here']:,} here, {told['there']:,} there, "
                    f"{told['state']}; {told['requests']} requests "
                    f"({told['requests'] / _PACE:.0f} s at {_PACE}/s), {told['seconds']:.1f} s, "
                    f"whole process {ran.wall:.1f} s, {ran.peak:.0f} MB"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
