"""Files for BI say what the API says."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from kam_sync.open_data.exporting import Wish, export
from kam_sync.open_data.keeping import keep_views
from tests.fakes.books import Book, deal
from tests.web.world import World

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


def test_sums_of_the_files_are_those_of_the_api(
    client: "TestClient", world: World, tmp_path: Path
) -> None:
    services = world.services
    for name, amount in (("one", 1_000_001), ("two", 30)):
        book = Book(services, name)
        book.deals(
            deal("1", opened="2026-08-31 22:30:00", won="2026-09-20", amount=amount),
            deal("2", opened="2026-10-02", lost="2026-10-05", amount=7),
            deal("3", opened="2026-10-03", amount=None),
        )
    keep_views(services.database, services.zone)
    export(services.database, Wish(tmp_path), services.now(), lambda *_: None)
    files = f"SELECT outcome, sum(amount), count(*) FROM '{tmp_path}/deals/*.parquet' GROUP BY 1"
    told: dict[str, tuple[Decimal | None, int]] = {}
    for item in client.get("/api/v1/deals?limit=100").json()["items"]:
        total, count = told.get(item["outcome"], (None, 0))
        if item["amount"] is not None:
            total = (total or 0) + Decimal(item["amount"]["amount"])
        told[item["outcome"]] = (total, count + 1)
    assert {key: (total, count) for key, total, count in duckdb.sql(files).fetchall()} == told
    assert told["won"] == (1_000_031, 2)
    accounts = client.get("/api/v1/accounts").json()["items"]
    names = duckdb.sql(f"SELECT account_id FROM '{tmp_path}/accounts/all.parquet'").fetchall()
    assert {row[0] for row in names} == {one["id"] for one in accounts}
