"""Imports a generated file of payments through the real command line: rows a second, peak memory.

    .venv/bin/python -m benchmarks.import_rows --rows 100000

The file is a CSV in Windows-1251 with five columns, 2,000 clients; the database is the embedded
PostgreSQL, new and started before anything is measured. The same file is then imported again, with
nothing changed. Seconds are those of the whole process of the command, memory is its own, without
PostgreSQL.

Measured in November 2026 on a virtual machine with 2 cores shared with other work, Linux x86_64,
Python 3.11.7: 100,000 rows new 5,948 rows/s and 148 MB, again 7,119 and 135 MB; 1,000,000 rows new
10,058 rows/s and 202 MB, again 10,503 and 188 MB. What grows is the table that tells the rows of
a file apart: 33 MB for a million.
"""

import argparse
import csv
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.children import measure
from benchmarks.fresh_server import fresh_server

_CLIENTS = 2_000
_TIMEOUT = 1_800.0
_KEY = "a key for the benchmark alone"


def main() -> None:
    """Import twice, and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file, data = Path(folder) / "payments.csv", Path(folder) / "data"
        _write(file, asked.rows)
        with fresh_server(data):
            found = {name: _import(file, data, asked.rows) for name in ("new", "again")}
    if asked.json:
        print(json.dumps({"rows": asked.rows, **found}))
        return
    for name, took in found.items():
        speed, memory = took["rows_per_second"], took["peak_mb"]
        print(f"{asked.rows:,} rows, {name}: {took['seconds']:.1f} s, {speed:,.0f} rows/s, "
              f"{memory:.0f} MB at most")  # fmt: skip


def _import(file: Path, data: Path, rows: int) -> dict[str, float]:
    """One import in a process of its own; its wall time and its most memory."""
    settings = {"KAM_SYNC_DATA_DIR": str(data), "KAM_SYNC_SECRET_KEY": _KEY}
    command = [sys.executable, "-m", "kam_sync", "import", str(file), "--as", "payments"]
    command += ["--yes", "--json"]
    ran = measure(command, folder=file.parent, timeout=_TIMEOUT, env=settings)
    return {"seconds": ran.wall, "rows_per_second": rows / ran.wall, "peak_mb": ran.peak}


def _write(file: Path, rows: int) -> None:
    with file.open("w", encoding="cp1251", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(("Номер", "Дата", "ИНН", "Контрагент", "Сумма", "Назначение платежа"))
        for number in range(rows):
            client = number % _CLIENTS
            writer.writerow((
                number, f"{number % 28 + 1:02}.{number % 12 + 1:02}.2026", f"77{client:08}",
                f"Клиент {client}", f"{number % 90_000 + 1},50", f"Оплата по счету {number}",
            ))  # fmt: skip


if __name__ == "__main__":
    main()
