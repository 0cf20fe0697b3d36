"""What a finding does to an alert."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from kam_sync.alerts.life import Sign, State
from kam_sync.alerts.lifecycle import gravest, sign
from kam_sync.alerts.model import Alert
from kam_sync.drift.model import Finding, Kind, Verdict, Why
from kam_sync.kpi.definition import Good

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def finding(gap: float | None, **more: object) -> Finding:
    verdict = Verdict.UNCLEAR
    if gap is not None:
        verdict = Verdict.DRIFT if abs(gap) > 3 else Verdict.STEADY
    return Finding(
        account_id=uuid4(), kpi="won_revenue", unit="RUB", verdict=verdict, why=Why.OUTSIDE_BAND,
        gap=gap, observed=30.0, expected=100.0, low=55.0, high=145.0, changed_at=NOW,
        since=date(2026, 8, 1) if verdict is Verdict.DRIFT else None, **more,
    )  # fmt: skip


def open_alert(gap: float = -4.0) -> Alert:
    return Alert(
        id=uuid4(), account_id=uuid4(), kpi="won_revenue", unit="RUB", kind=Kind.LEVEL,
        state=State.FIRING, opened_at=NOW, changed_at=NOW, entered_at=NOW,
        badness=abs(gap), observed=30.0, expected=100.0,
        low=55.0, high=145.0, gap=gap, since=date(2026, 8, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gap", "good", "expected"),
    [
        (-4.0, Good.UP, Sign.BAD),
        (4.0, Good.UP, Sign.CLEAR),  # more revenue is no alarm
        (4.0, Good.DOWN, Sign.BAD),  # more days of silence are
        (-2.5, Good.UP, Sign.EASED),
        (-1.9, Good.UP, Sign.CLEAR),
        (None, Good.UP, Sign.UNSURE),
    ],
)
def test_only_a_drift_to_the_bad_side_is_bad(gap: float | None, good: Good, expected: Sign) -> None:
    assert sign(finding(gap), good)[0] is expected


def test_of_two_currencies_the_one_on_the_bad_side_speaks() -> None:
    falling, rising = finding(-6.0), finding(10.0)
    rising.unit = "USD"
    assert gravest([falling, rising], None, Good.UP) is falling


def test_a_quiet_currency_does_not_speak_for_one_that_cannot_be_judged() -> None:
    own, other = finding(None), finding(0.5)
    other.unit = "USD"
    alert = open_alert()
    assert gravest([own, other], alert, Good.UP) is own
    assert sign(own, Good.UP)[0] is Sign.UNSURE
