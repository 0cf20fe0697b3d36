"""Never more a week than a person has attention for, and nothing is dropped."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kam_sync.accounts.model import Account
from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert
from kam_sync.drift.model import Kind
from kam_sync.notify.attention import Candidate, Told, split
from kam_sync.notify.digest import digest

FIVE = 5
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def one(number: int, rank: float = 1.0, **more: bool) -> Candidate:
    return Candidate(number, UUID(int=number), rank, **more)


def test_the_gravest_are_pushed_and_the_others_wait() -> None:
    found = split([one(n, rank=float(n)) for n in range(1, 8)], Told(), FIVE)
    assert [c.change_id for c in found.pushed] == [7, 6, 5, 4, 3]
    assert [c.change_id for c in found.digest] == [2, 1]


def test_what_was_pushed_before_this_week_is_spent() -> None:
    found = split([one(1), one(2)], Told(this_week=4), FIVE)
    assert (len(found.pushed), len(found.digest)) == (1, 1)


def test_news_of_a_known_alert_costs_nothing() -> None:
    known = Told(known={UUID(int=1), UUID(int=2)}, this_week=FIVE)
    found = split([one(1), one(2, is_end=True), one(3)], known, FIVE)
    assert {c.change_id for c in found.pushed} == {1, 2}
    assert [c.change_id for c in found.digest] == [3]


def test_the_end_of_what_nobody_was_pushed_waits_too() -> None:
    assert split([one(1, is_end=True)], Told(), FIVE).digest == (one(1, is_end=True),)


changes = st.lists(
    st.builds(
        Candidate, st.just(0), st.integers(0, 9).map(lambda n: UUID(int=n)),
        st.floats(0, 1e9), st.booleans(),
    ), max_size=30,
)  # fmt: skip


@given(st.lists(changes, max_size=6), st.integers(0, 6))
def test_over_a_week_each_is_in_one_place_and_no_more_alerts_are_pushed(
    looks: list[list[Candidate]], budget: int
) -> None:
    known: set[UUID] = set()
    number = 0
    for look in looks:
        there = [Candidate(number := number + 1, c.alert_id, c.rank, c.is_end) for c in look]
        found = split(there, Told(set(known), this_week=len(known)), budget)
        everywhere = [c.change_id for c in (*found.pushed, *found.digest)]
        assert sorted(everywhere) == [c.change_id for c in there]
        known |= {c.alert_id for c in found.pushed}
        assert len(known) <= budget


def alert(number: int, account: UUID, rank: float, state: State = State.FIRING) -> Alert:
    return Alert(
        id=UUID(int=number), account_id=account, rule="won_revenue", kpi="won_revenue",
        unit="RUB", kind=Kind.LEVEL, state=state, opened_at=NOW, changed_at=NOW, entered_at=NOW,
        badness=4, observed=30, expected=100, low=55, high=145, gap=-4, since=NOW.date(), rank=rank,
    )  # fmt: skip


def test_the_digest_groups_by_account_the_gravest_first_and_counts_all() -> None:
    shop, house = UUID(int=100), UUID(int=200)
    waited = [
        alert(1, shop, 5), alert(2, house, 9), alert(3, shop, 7), alert(3, shop, 7),
        alert(4, house, 99, State.RESOLVED),
    ]  # fmt: skip
    accounts = {key: Account(id=key, name="Лавка", changed_at=NOW) for key in (shop, house)}
    found = digest(waited, accounts, open_alerts=12)
    assert [[one.id.int for one in group] for _, group in found.groups] == [[2], [3, 1]]
    assert (found.passed, found.open_alerts) == (1, 12)
