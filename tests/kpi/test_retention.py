"""What is kept is never more than what was there, and what is kept with what has grown is all."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kam_sync.kpi.definition import Example
from kam_sync.kpi.registry import OURS
from kam_sync.kpi.store import example
from kam_sync.wiring import Services

THEN, NOW = "2024-05-10 12:00", "2025-05-10 12:00"
DECEMBER = date(2025, 12, 1)
AMOUNTS = st.one_of(st.just(0), st.integers(1, 1_000))
MEMBERS = st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=5)


def _deals(members: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """What each member of a group won in 2024 and in 2025, where it won anything."""
    return [
        {
            "member_id": f"00000000-0000-0000-0000-{number:012}", "opened_at": "2024-01-10 12:00",
            "closed_at": when, "outcome": "won", "amount": amount, "currency": "RUB",
        }
        for number, amounts in enumerate(members)
        for when, amount in zip((THEN, NOW), amounts, strict=True)
        if amount
    ]  # fmt: skip


def _december(services: Services, kpi: str, deals: list[dict[str, Any]]) -> Decimal | None:
    told = Example(
        today=date(2026, 1, 15), given={"deals": deals}, values={}, why={"ru": "", "en": ""}
    )
    with services.database.transaction() as session:
        found = example(session, OURS[kpi].model_copy(update={"example": told}), services.zone)
        session.rollback()
    return found.get(DECEMBER)


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(members=MEMBERS)
def test_what_is_kept_and_what_has_grown_are_all_that_there_is(
    services: Services, members: list[tuple[int, int]]
) -> None:
    kept, all_of_it = (_december(services, kpi, _deals(members)) for kpi in ("grr", "nrr"))
    cohort = [(then, now) for then, now in members if then]
    if not cohort:
        assert (kept, all_of_it) == (None, None)
        return
    assert kept is not None
    assert all_of_it is not None
    assert kept <= 100
    grown = 100.0 * sum(max(now - then, 0) for then, now in cohort) / sum(c[0] for c in cohort)
    assert float(all_of_it - kept) == pytest.approx(grown, abs=0.0002)
    lost = _december(services, "logo_churn", _deals(members))
    share = 100.0 * sum(not now for _, now in cohort) / len(cohort)
    assert lost is None if len(cohort) < 2 else float(lost or 0) == pytest.approx(share, abs=1e-4)


def test_of_two_currencies_nothing_is_said(services: Services) -> None:
    roubles, euros = _deals([(100, 100), (100, 100)])[1:3]
    both = [roubles | {"closed_at": THEN}, euros | {"currency": "EUR"}]
    assert _december(services, "nrr", [both[0]]) == 0
    assert _december(services, "nrr", both) is None
    assert _december(services, "grr", both) is None
