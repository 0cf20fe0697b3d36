"""On which channels a change is told."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert, ChangeKind
from kam_sync.drift.model import Kind, Severity
from kam_sync.notify.channel import Event, Owner, Route
from kam_sync.notify.route import channels_of, event_of, is_known, route

OLGA = Owner("Ольга Ветрова", "olga@example.com", ("sales:7", "1:7"))
WHEN = datetime(2026, 11, 23, tzinfo=UTC)


def alert(kpi: str = "won_revenue", assignee: str = "") -> Alert:
    return Alert(
        id=uuid4(), account_id=uuid4(), rule=kpi, kpi=kpi, kind=Kind.LEVEL, state=State.FIRING,
        unit="RUB", observed=1, expected=2, low=1, high=3, gap=-4, since=date(2026, 9, 1),
        opened_at=WHEN, changed_at=WHEN, entered_at=WHEN, badness=4, assignee=assignee,
    )  # fmt: skip


def wants(**wanted: object) -> Route:
    return Route.model_validate({"id": 1, "channel_id": 1, "events": []} | wanted)


def told(
    *routes: Route,
    event: Event = Event.OPENED,
    owner: Owner | None = OLGA,
    about: Alert | None = None,
) -> bool:
    """Whether the channel of these routes is told."""
    return channels_of(event, about or alert(), owner, {1: routes}) == [1]


def test_openings_and_resolutions_are_told_and_new_numbers_are_not() -> None:
    assert route(ChangeKind.OPENED) == ("log",)
    assert route(ChangeKind.RESOLVED) == ("log",)
    assert route(ChangeKind.REFRESHED) == ()
    assert event_of(ChangeKind.REFRESHED) is None
    assert event_of(ChangeKind.ESCALATED) is None  # kept where it is found
    assert event_of(ChangeKind.WORSENED) is Event.WORSENED


def test_a_channel_without_routes_is_told_of_everything_but_escalations() -> None:
    assert told()
    assert told(owner=None)
    assert told(event=Event.RESOLVED)
    assert not told(event=Event.ESCALATED)


@pytest.mark.parametrize(
    "owner",
    ["", "any", "Ольга Ветрова", "ольга  ветрова", "OLGA@example.com", "sales:7", "1:7", "Any"],
)
def test_whose_accounts_may_be_said_in_many_ways(owner: str) -> None:
    assert told(wants(owner=owner))


@pytest.mark.parametrize("owner", ["Пётр Ильин", "sales:8", "nobody", "Ольга"])
def test_accounts_of_others_are_not_told(owner: str) -> None:
    assert not told(wants(owner=owner))


def test_accounts_of_nobody_have_a_word() -> None:
    assert told(wants(owner="nobody"), owner=None)
    assert not told(wants(owner="Ольга Ветрова"), owner=None)


def test_who_was_given_an_alert_is_told_of_it_too() -> None:
    given_away = alert(assignee="Пётр Ильин")
    assert told(wants(owner="пётр ильин"), about=given_away)
    assert told(wants(owner="olga@example.com"), about=given_away)
    assert not told(wants(owner="nobody"), about=given_away, owner=None)


def test_a_route_may_choose_a_kpi_and_events() -> None:
    assert told(wants(kpi="won_revenue", events=["opened"]))
    assert not told(wants(kpi="health"))
    assert not told(wants(events=["resolved"]))
    assert told(wants(kpi="health"), wants(events=["opened"]))  # any of several


def test_who_is_misspelt_is_not_known() -> None:
    for known in ("", "any", "nobody", "Ольга ветрова", "sales:7"):
        assert is_known(known, [OLGA])
    assert not is_known("Олга", [OLGA])


@given(
    st.dictionaries(
        st.integers(1, 5),
        st.lists(
            st.builds(
                wants,
                owner=st.sampled_from(["", "sales:7", "sales:8", "nobody"]),
                kpi=st.sampled_from(["", "won_revenue", "health"]),
                events=st.lists(st.sampled_from([one.value for one in Event]), unique=True),
            )
        ),
    ),
    st.sampled_from(Event),
)
def test_each_channel_is_told_once_and_one_that_says_nothing_of_all(
    routes: dict[int, list[Route]], event: Event
) -> None:
    found = channels_of(event, alert(), OLGA, routes)
    assert len(found) == len(set(found))
    assert set(found) <= set(routes)
    if event is not Event.ESCALATED:
        assert {key for key, its in routes.items() if not its} <= set(found)
    for key, its in routes.items():
        more = [*its, wants(events=[event.value])]
        assert key in channels_of(event, alert(), OLGA, routes | {key: more})


def test_a_route_may_choose_a_rule_and_how_grave_it_has_to_be() -> None:
    grave = alert("contract_days_left").model_copy(update={"severity": Severity.HIGH})
    grave.rule = "contract_ends"
    assert told(wants(rule="contract_ends", severity="high"), about=grave)
    assert not told(wants(rule="overdue_long"), about=grave)
    assert not told(wants(severity="high"))
