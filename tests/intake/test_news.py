"""Whether a webhook tells of anything that was not fetched already."""

from datetime import UTC, datetime, timedelta

import pytest

from kam_sync.intake.news import Known, Told, is_news

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("told", "known", "expected"),
    [
        pytest.param(Told(at(0)), Known(), True, id="nothing is known of it"),
        pytest.param(Told(at(0)), Known(at(1)), False, id="asked for after it came"),
        pytest.param(Told(at(1)), Known(at(0)), True, id="asked for before it came"),
        pytest.param(Told(at(9), at(3)), Known(None, at(4)), False, id="our copy is newer"),
        pytest.param(Told(at(9), at(5)), Known(None, at(4)), True, id="our copy is older"),
        pytest.param(Told(at(9)), Known(at(5), at(4)), True, id="it tells no time: a deletion"),
        pytest.param(Told(at(9), at(4)), Known(None, None), True, id="our copy is gone"),
        pytest.param(
            Told(at(60), at(4)), Known(at(10), at(4)), False, id="that second, and it was over"
        ),
        pytest.param(
            Told(at(60), at(4)), Known(at(6), at(4)), True, id="that second, while it ran"
        ),
        pytest.param(
            Told(at(60), at(4)), Known(None, at(4)), True, id="that second, from a list alone"
        ),
        pytest.param(Told(at(3600), at(4)), Known(at(60), at(4)), True, id="its time stands still"),
    ],
)
def test_only_what_was_not_fetched_already_is_news(
    told: Told, known: Known, expected: bool
) -> None:
    assert is_news(told, known) is expected
