"""What a finding does to an alert."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from kam_sync.alerts.life import Sign, State
from kam_sync.alerts.lifecycle import gravest, sign
from kam_sync.alerts.model import Alert
from kam_sync.drift.model import Finding, Kind, Verdict, Why
from kam_sync.drift.rule import Direction, Rule
from kam_sync.kpi.definition import Good

NOW = datetime(2026, 11, 23, tzinfo=UTC)
RULE = Rule(key="won_revenue", title={"ru": "Выручка", "en": "Revenue"}, kpi="won_revenue")


def finding(gap: float | None, verdict: Verdict = Verdict.DRIFT, **more: object) -> Finding:
    verdict = Verdict.UNCLEAR if gap is None else verdict
    return Finding(
        account_id=uuid4(), rule="won_revenue", kpi="won_revenue", unit="RUB", verdict=verdict,
        gap=gap, observed=30.0, expected=100.0, low=55.0, high=145.0, changed_at=NOW,
        since=date(2026, 8, 1) if verdict is Verdict.DRIFT else None,
        **{"why": Why.OUTSIDE_BAND, **more},
    )  # fmt: skip


def open_alert(gap: float = -4.0) -> Alert:
    return Alert(
        id=uuid4(), account_id=uuid4(), rule="won_revenue", kpi="won_revenue", unit="RUB",
        kind=Kind.LEVEL, state=State.FIRING, opened_at=NOW, changed_at=NOW, entered_at=NOW,
        badness=abs(gap), observed=30.0, expected=100.0,
        low=55.0, high=145.0, gap=gap, since=date(2026, 8, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gap", "verdict", "good", "expected"),
    [
        (-4.0, Verdict.DRIFT, Good.UP, Sign.BAD),
        (4.0, Verdict.DRIFT, Good.UP, Sign.CLEAR),  # more revenue is no alarm
        (4.0, Verdict.DRIFT, Good.DOWN, Sign.BAD),  # more days of silence are
        (-2.5, Verdict.EASED, Good.UP, Sign.EASED),
        (-0.9, Verdict.STEADY, Good.UP, Sign.CLEAR),
        (None, Verdict.UNCLEAR, Good.UP, Sign.UNSURE),
    ],
)
def test_only_a_drift_to_the_bad_side_is_bad(
    gap: float | None, verdict: Verdict, good: Good, expected: Sign
) -> None:
    assert sign(finding(gap, verdict), RULE, good)[0] is expected


@pytest.mark.parametrize(
    ("direction", "up", "down"),
    [
        (Direction.BAD, Sign.CLEAR, Sign.BAD),
        (Direction.DOWN, Sign.CLEAR, Sign.BAD),
        (Direction.UP, Sign.BAD, Sign.CLEAR),
        (Direction.BOTH, Sign.BAD, Sign.BAD),
    ],
)
def test_a_rule_says_which_side_is_watched(direction: Direction, up: Sign, down: Sign) -> None:
    rule = RULE.model_copy(update={"direction": direction})
    assert sign(finding(4.0), rule, Good.UP)[0] is up
    assert sign(finding(-4.0), rule, Good.UP)[0] is down


def test_what_has_become_the_usual_is_no_recovery() -> None:
    found = finding(-3.0, Verdict.STEADY, why=Why.NOW_USUAL)
    assert sign(found, RULE, Good.UP)[0] is Sign.USUAL


def test_of_two_currencies_the_one_on_the_bad_side_speaks() -> None:
    falling, rising = finding(-6.0), finding(10.0)
    rising.unit = "USD"
    assert gravest([falling, rising], None, RULE, Good.UP) is falling


def test_a_quiet_currency_does_not_speak_for_one_that_cannot_be_judged() -> None:
    own, other = finding(None), finding(0.5, Verdict.STEADY)
    other.unit = "USD"
    alert = open_alert()
    assert gravest([own, other], alert, RULE, Good.UP) is own
    assert sign(own, RULE, Good.UP)[0] is Sign.UNSURE
