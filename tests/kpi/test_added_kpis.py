"""SQL that people have added harms nothing: not as it is checked, not as it is measured."""

import re
from pathlib import Path

import pytest

from kam_sync.kpi import step
from kam_sync.kpi.proving import prove
from kam_sync.kpi.registry import KPIS, BadDefinition, read
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal
from tests.fakes.connecting import ask
from tests.kpi.test_own_kpis import OWN, write

_ROW = "SELECT account_id, 'count' AS unit, closed_on AS \"on\", 1 AS value FROM deals"


def written(folder: Path, sql: str) -> Path:
    """Put a KPI with this SQL into the folder."""
    return write(
        folder, re.sub(r"(?s)sql: \|\n.*?(?=example:)", lambda _: f"sql: |\n  {sql}\n", OWN)
    )


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (f"{_ROW} WHERE external_id = :who", "syntax error"),
        (f"{_ROW}) f; COMMIT; DELETE FROM company; SELECT * FROM ({_ROW}", "multiple commands"),
        (f"{_ROW}; DROP TABLE deal", "syntax error"),
        (f"{_ROW} WHERE lo_create(0) = 0", "lo_create"),
        (f"{_ROW} UNION ALL {_ROW}", "several"),
        (_ROW.replace("'count'", "NULL::text"), "unit"),
        (_ROW.replace("account_id,", "NULL::uuid AS account_id,"), "account_id"),
    ],
)
def test_what_would_harm_is_refused_when_checked_and_costs_itself_alone_when_measured(
    services: Services,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    sql: str,
    said: str,
) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-09-01", won="2026-09-20"))
    kpi = read(written(tmp_path, sql))
    with services.database.transaction() as session:
        with pytest.raises(BadDefinition, match=said):
            prove(session, kpi, "big_deals.yaml", services.zone)
        session.rollback()
    with services.database.transaction() as session:
        kpis = {"won_revenue": KPIS["won_revenue"], "big_deals": kpi}
        report = step.run(session, services.as_of(), services.zone, services.workdays, kpis)
    assert report.as_dict()["failed"] == 1
    assert book.points("won_revenue")["2026-09"] == 100
    assert ask(services, "SELECT count(*) FROM company") == [(1,)]
    assert "kpi not measured" in capsys.readouterr().out


def test_a_colon_in_a_text_is_a_colon(services: Services, tmp_path: Path) -> None:
    kpi = read(written(tmp_path, f"{_ROW} WHERE 'a :b' LIKE 'a :%'"))
    with services.database.transaction() as session:
        prove(session, kpi, "big_deals.yaml", services.zone)
        session.rollback()
