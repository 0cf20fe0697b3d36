"""The parts of a health score say the same as its SQL; a house may weigh in its own way."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam_sync.kpi import health
from kam_sync.kpi.definition import Weighted
from kam_sync.kpi.health import Band, band
from kam_sync.kpi.model import Point
from kam_sync.kpi.registry import HEALTH, KPIS, OURS, BadDefinition, take_in

MEASURES = KPIS[HEALTH].weighted
VALUES = st.dictionaries(
    st.sampled_from([one.kpi for one in MEASURES]), st.decimals(-500, 500, places=2)
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    """The file of a house, and afterwards none."""
    yield tmp_path / "health.yaml"
    take_in(Path("nowhere") / "kpis")


def test_the_parts_give_the_score_of_the_example() -> None:
    ours = OURS[HEALTH]
    measures, said = ours.example.weighted, ours.example
    points = [
        Point(
            account_id="00000000-0000-0000-0000-000000000001", kpi=row["kpi"], unit=row["unit"],
            on=row["day"], value=Decimal(row["value"]), is_partial=False,
            changed_at=datetime(2026, 3, 16, tzinfo=UTC),
        )
        for row in said.given["points"] if not row.get("is_doubted")
    ]  # fmt: skip
    for on, score in said.values.items():
        months = [f"{on:%Y-%m}", *(["2026-02"] if on.month == 3 else [])]
        values = {p.kpi: p.value for m in reversed(months) for p in points if str(p.on)[:7] == m}
        found = health.score(measures, values)
        assert score == (None if found is None else round(found, 4))
    february = {p.kpi: p.value for p in points if str(p.on) == "2026-02-01"}
    first, *_ = health.parts(measures, february)
    assert (first.kpi, first.earned) == ("overdue_share", 0)


def test_bands() -> None:
    assert [band(one) for one in (0, 50, 51, 75, 76, 100)] == [
        Band.POOR, Band.POOR, Band.FAIR, Band.FAIR, Band.GOOD, Band.GOOD,
    ]  # fmt: skip


@settings(max_examples=40)
@given(values=VALUES, better=st.sampled_from(MEASURES), way=st.decimals(0, 1, places=2))
def test_a_score_is_within_its_bounds_and_grows_with_each_measure(
    values: dict[str, Decimal], better: Weighted, way: Decimal
) -> None:
    score = health.score(MEASURES, values)
    known = sum(one.weight for one in MEASURES if one.kpi in values)
    assert (score is None) == (2 * known < sum(one.weight for one in MEASURES))
    if score is None or better.kpi not in values:
        return
    assert 0 <= score <= 100
    moved = values[better.kpi] + way * (better.good - better.poor)
    grown = health.score(MEASURES, {**values, better.kpi: moved})
    assert grown is not None
    assert grown >= score


def test_a_house_weighs_in_its_own_way_and_measures_anew(house: Path) -> None:
    before = KPIS[HEALTH].version
    house.write_text("measures:\n  - {kpi: nps, weight: 1, poor: 0, good: 50}\n")
    take_in(house.parent / "kpis")
    assert KPIS[HEALTH].after == ("nps",)
    assert KPIS[HEALTH].version != before
    assert "('nps', 1, 0, 50)" in KPIS[HEALTH].formula


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("{kpi: nonsense, weight: 1, poor: 0, good: 1}", "there is no KPI nonsense"),
        ("{kpi: won_revenue, weight: 1, poor: 0, good: 1}", "won_revenue is money"),
        ("{kpi: health_score, weight: 1, poor: 0, good: 1}", "reads the health score itself"),
        ("{kpi: nps, weight: 0, poor: 0, good: 1}", "greater than 0"),
        ("{kpi: nps, weight: 1, poor: 1, good: 1}", "have to differ"),
        ("{kpi: nps, weight: 1, poor: 0}", "good"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_line(
    house: Path, measure: str, said: str
) -> None:
    house.write_text(f"measures:\n  - {measure}\n")
    with pytest.raises(BadDefinition) as told:
        take_in(house.parent / "kpis")
    assert "health.yaml: line 2" in str(told.value)
    assert said in str(told.value)
