"""A plan is of a KPI that the house measures; another word is refused with what may be meant."""

import pytest

from connectors import columns, sheets
from kam_sync.importing.reading import Accepted, Read, Rejected, read_lines

_MAP = columns.TableMap.model_validate(
    {
        "table": "plans", "client": {"name": "Клиент"}, "key": ["kpi", "starts_on", "client"],
        "period": "month", "currency": "RUB",
        "fields": {"kpi": {"from": "Показатель"}, "starts_on": {"from": "Месяц"},
                   "ends_on": {"from": "Месяц"}, "target": {"from": "План"}},
    }
)  # fmt: skip


def _read(kpi: str) -> Read:
    cells = {"Клиент": "Ромашка", "Показатель": kpi, "Месяц": "01.11.2026", "План": "5"}
    (read,) = read_lines([sheets.Line(2, cells)], _MAP)
    return read


def test_a_plan_of_a_kpi_is_taken() -> None:
    assert isinstance(_read("won_revenue"), Accepted)


@pytest.mark.parametrize(
    ("kpi", "meant"),
    [
        ("won_revenu", "is it won_revenue? all keys: kam-sync kpis list"),
        ("Win rate", "is it win_rate? all keys:"),
        ("Открытая воронка", "is it open_pipeline? all keys:"),
        ("Xyz", "'Xyz' is no KPI; all keys:"),
    ],
)
def test_another_word_is_refused_with_the_nearest_kpis(kpi: str, meant: str) -> None:
    read = _read(kpi)
    assert isinstance(read, Rejected)
    assert read.why.startswith(f"kpi: {kpi!r} is no KPI; ")
    assert meant in read.why
