"""The story: a good customer buys less and less, somebody is told, and then it comes back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import orjson
import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.shapes import rows
from kam_sync import flow
from kam_sync.accounts.match import own_account
from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert, ChangeKind
from kam_sync.alerts.store import AlertStore
from kam_sync.base.clock import stopped_at
from kam_sync.kpi.periods import shift
from kam_sync.wiring import Services
from tests.conftest import rounds
from tests.fakes.connecting import ask, connect
from tests.fakes.worlds import COMPANY, SmallWorld, won

FIRST = date(2024, 1, 1)
PRICE = 20_000


class Story:
    """A shop with one customer, in which time goes by month after month."""

    def __init__(self, services: Services, box: AmoSandbox) -> None:
        self._services, self._box = services, box
        self._month = FIRST
        self.source = connect(services, box)
        self.account_id = own_account(self.source.id, str(COMPANY))

    def live(self, deals: int) -> list[str]:
        """A month in which so many deals are won, and what its judgement did to alerts."""
        self.win(deals)
        return self.judge()

    def win(self, deals: int) -> None:
        """A month in which so many deals are won; nobody looks at it."""
        first = max([5_000_000, *self._box.ids("leads")]) + 1
        days = [
            datetime(self._month.year, self._month.month, 15 - n, 9, tzinfo=UTC)
            for n in range(deals)
        ]
        world = SmallWorld(deals=[won(first + n, PRICE, day) for n, day in enumerate(days)])
        for row in rows(world):
            if row.noun == "leads":
                self._box.put("leads", orjson.loads(row.body))
        self._month = shift(self._month, 1)

    def judge(self) -> list[str]:
        """Sync and measure as of the 2nd of the next month."""
        day = datetime(self._month.year, self._month.month, 2, 9, tzinfo=UTC)
        services = replace(self._services, as_of=stopped_at(day))
        flow.sync(services, self.source.id, full=True)
        alerts = next(r for r in flow.measure(services) if r.step == "alerts").counts
        return [kind.value for kind in ChangeKind for _ in range(alerts[kind.value])]

    def alerts(self) -> list[Alert]:
        """Every alert there ever was."""
        with self._services.database.transaction() as session:
            found = AlertStore(session).alerts(limit=100)
            session.expunge_all()
            return found

    def observed(self, alert: Alert) -> list[float]:
        """What was seen at each change of an alert."""
        with self._services.database.transaction() as session:
            return [change.observed for change in AlertStore(session).history(alert.id)]

    def told(self) -> list[str]:
        """What people were told, in order."""
        query = (
            "SELECT c.change FROM notification n JOIN alert_change c ON c.id = n.change_id"
            " ORDER BY c.id"
        )
        return [change for (change,) in ask(self._services, query)]


@pytest.fixture
def story(services: Services) -> Iterator[Story]:
    """The beginning: thirty months with five deals of 20,000 each, of which the last are judged."""
    judged = rounds(3, everyday=1)
    with AmoSandbox(SmallWorld(), rate=0) as box:
        story = Story(services, box)
        for _ in range(30 - judged):
            story.win(deals=5)
        assert [story.live(deals=5) for _ in range(judged)] == [[]] * judged
        yield story


@pytest.mark.heavy
def test_a_fall_is_told_once_refreshed_with_new_numbers_and_its_end_is_told_once(
    story: Story,
) -> None:
    assert story.alerts() == []

    assert story.live(deals=1) == []  # one month is no drift
    assert story.live(deals=1) == ["opened"]
    assert story.judge() == []
    [alert] = story.alerts()
    assert (alert.account_id, alert.kpi, alert.unit) == (story.account_id, "won_revenue", "RUB")
    assert (alert.observed, alert.expected) == (PRICE, 5 * PRICE)
    assert (alert.since, alert.on) == (date(2026, 7, 1), date(2026, 8, 1))
    assert story.told() == ["opened"]

    assert story.live(deals=2) == ["refreshed"]
    [refreshed] = story.alerts()
    assert (refreshed.id, refreshed.observed, refreshed.since) == (
        alert.id, 2 * PRICE, alert.since,
    )  # fmt: skip
    assert story.told() == ["opened"]

    assert story.live(deals=5) == ["refreshed"]  # one good month is no recovery
    assert story.live(deals=5) == ["resolved"]
    [resolved] = story.alerts()
    assert (resolved.id, resolved.state, resolved.observed) == (alert.id, State.RESOLVED, 5 * PRICE)
    assert story.observed(alert) == [PRICE, 2 * PRICE, 5 * PRICE, 5 * PRICE]
    assert story.live(deals=5) == []
    assert story.told() == ["opened", "resolved"]


@pytest.mark.heavy
def test_a_fall_that_stays_is_told_once_and_is_the_usual_after_half_a_year(story: Story) -> None:
    assert [story.live(deals=2) for _ in range(7)] == [
        [], ["opened"], *[["refreshed"]] * 4, ["rebased"],
    ]  # fmt: skip
    assert story.told() == ["opened", "rebased"]
    assert [story.live(deals=2) for _ in range(2)] == [[], []]


@pytest.mark.heavy
def test_one_bad_month_is_no_news(story: Story) -> None:
    assert [story.live(deals=1), *(story.live(deals=5) for _ in range(3))] == [[]] * 4
    assert story.told() == []


@pytest.mark.heavy
def test_a_customer_who_buys_more_is_no_alert(story: Story) -> None:
    assert [story.live(deals=12) for _ in range(4)] == [[]] * 4
    assert story.told() == []
