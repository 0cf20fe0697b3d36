"""`kam-sync rates`, and what `doctor` says of those that are missing."""

from pathlib import Path

import pytest

from tests.commands import Command


def test_rates_are_imported_set_and_listed(
    kam_sync: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("date;currency;nominal;rate\n28.11.2026;KZT;100;16,12\n28.11.2026;USD;1;no\n")
    said = kam_sync("rates", "import", str(file))
    assert (said.code, "1 rates read, 1 new or changed, 1 lines rejected" in said.out) == (1, True)
    assert said.err.startswith("line 3: ")
    assert kam_sync("rates", "set", "usd", "2026-11-27", "81,5").code == 0
    assert "0.1612 " in kam_sync("rates", "list").out
    listed = kam_sync("rates", "list", "--json").document
    assert [(r["currency"], r["on"], float(r["rate"])) for r in listed] == [
        ("KZT", "2026-11-28", 0.1612),
        ("USD", "2026-11-27", 81.5),
    ]
    assert kam_sync("rates", "set", "RUB", "2026-11-27", "1").code == 2
    assert kam_sync("rates", "set", "USD", "2026-11-27", "0").code == 2
    monkeypatch.setenv("KAM_SYNC_CURRENCY", "RUB")
    assert "all money can be converted to RUB" in kam_sync("doctor").out
