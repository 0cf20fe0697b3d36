"""The made-up company is the same on every run, grows honestly and hides a few real changes."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from connectors.sandbox.entities import LOST, WON, Deal
from connectors.sandbox.world import MadeUpWorld

START_OF_TODAY = datetime(2026, 11, 23, tzinfo=UTC)


def _world(day: int = 23, **sizes: int) -> MadeUpWorld:
    return MadeUpWorld(today=date(2026, 11, day), **sizes)


def _won_by_month(deals: Iterable[Deal], company: int) -> list[int]:
    months = Counter(
        deal.closed_at.month
        for deal in deals
        if deal.company == company
        and deal.stage == WON
        and deal.closed_at
        and deal.closed_at.year == 2026
    )
    return [months[month] for month in range(1, 12)]


def test_two_worlds_of_one_day_are_the_same() -> None:
    one, other = _world(), _world()
    assert list(one.companies()) == list(other.companies())
    assert list(one.contacts()) == list(other.contacts())
    assert list(one.deals()) == list(other.deals())
    assert list(one.tasks()) == list(other.tasks())
    assert one.truth() == other.truth()


def test_another_seed_is_another_company(world: MadeUpWorld) -> None:
    assert list(world.companies()) != list(_world(seed=8).companies())


def test_the_next_day_shows_the_same_rows_grown() -> None:
    before = {deal.number: deal for deal in _world(16).deals()}
    after = {deal.number: deal for deal in _world(17).deals()}
    midnight = datetime(2026, 11, 16, tzinfo=UTC)
    assert before.keys() < after.keys()
    assert min(after.keys() - before.keys()) > max(before)
    changed = [deal for number, deal in after.items() if before.get(number) != deal]
    assert 0 < len(changed) < 30
    assert all(deal.updated_at >= midnight for deal in changed)
    assert list(_world(16).companies()) == list(_world(17).companies())
    assert list(_world(16).contacts()) == list(_world(17).contacts())


def test_tasks_of_yesterday_are_still_there_today() -> None:
    before, after = ({task.number: task for task in _world(day).tasks()} for day in (16, 17))
    midnight = datetime(2026, 11, 16, tzinfo=UTC)
    assert before.keys() <= after.keys()
    assert all(
        task.updated_at >= midnight for key, task in after.items() if before.get(key) != task
    )


def test_nothing_has_happened_after_the_start_of_today(world: MadeUpWorld) -> None:
    deals, tasks = list(world.deals()), list(world.tasks())
    assert max(deal.updated_at for deal in deals) < START_OF_TODAY
    assert max(deal.created_at for deal in deals) < START_OF_TODAY
    assert max(task.updated_at for task in tasks) < START_OF_TODAY


def test_the_asked_number_of_deals_begins_in_the_36_months_before_this_one() -> None:
    first_of_month = _world(1, deals=777, contacts=55)
    assert len(list(first_of_month.deals())) == 777
    assert len(list(first_of_month.contacts())) == 55
    assert len(list(_world(30, deals=777).deals())) > 777


def test_deals_begin_no_earlier_than_36_months_ago(world: MadeUpWorld) -> None:
    oldest = min(deal.created_at for deal in world.deals())
    assert datetime(2023, 11, 1, tzinfo=UTC) < oldest < datetime(2023, 12, 1, tzinfo=UTC)


def test_a_closed_deal_closes_after_it_began(world: MadeUpWorld) -> None:
    closed = [deal for deal in world.deals() if deal.closed_at]
    assert all(deal.closed_at and deal.closed_at > deal.created_at for deal in closed)
    assert all(deal.stage in {WON, LOST} for deal in closed)


def test_open_deals_began_lately(world: MadeUpWorld) -> None:
    opened = [deal for deal in world.deals() if deal.closed_at is None]
    assert 15 < len(opened) < 100
    assert all((START_OF_TODAY - deal.created_at).days <= 63 for deal in opened)
    assert not {WON, LOST} & {deal.stage for deal in opened}
    assert len({deal.stage for deal in opened}) > 3


def test_about_two_thirds_of_closed_deals_are_won(world: MadeUpWorld) -> None:
    stages = Counter(deal.stage for deal in world.deals())
    assert 0.6 <= stages[WON] / (stages[WON] + stages[LOST]) <= 0.7


def test_a_fifth_of_the_customers_brings_half_of_the_money(world: MadeUpWorld) -> None:
    money: Counter[int | None] = Counter()
    for deal in world.deals():
        if deal.stage == WON:
            money[deal.company] += deal.price or 0
    best = sum(value for _, value in money.most_common(8))
    assert best > 0.5 * sum(money.values())


def test_what_changed_is_told_and_true(world: MadeUpWorld) -> None:
    deals, truth = list(world.deals()), world.truth()
    names = {company.number: company.name for company in world.companies()}
    assert len(truth) == 6
    assert all(names[change.company] == change.name for change in truth)
    assert Counter(change.kind for change in truth) == {
        "stopped buying": 2,
        "buys less": 2,
        "win rate fell": 1,
        "buys more": 1,
    }
    for change in truth:
        months = _won_by_month(deals, change.company)
        before, after = months[: change.since.month - 1], months[change.since.month - 1 : -1]
        usual, lately = sum(before) / len(before), sum(after) / len(after)
        match change.kind:
            case "stopped buying":
                assert lately == 0 < usual
            case "buys more":
                assert lately > usual
            case _:
                assert lately < 0.8 * usual


@pytest.mark.parametrize("size", [1, 3, 20, 300])
def test_a_world_of_any_size_can_be_walked(size: int) -> None:
    world = _world(size=size, deals=size * 10)
    people = {contact.number: contact for contact in world.contacts()}
    companies = {company.number for company in world.companies()}
    assert len(companies) == size
    for deal in world.deals():
        assert deal.company in companies
        assert {people[number].company for number in deal.contacts} <= {deal.company}


def test_some_tasks_are_done_and_some_overdue(world: MadeUpWorld) -> None:
    tasks = list(world.tasks())
    deals = {deal.number: deal for deal in world.deals()}
    undone = [task for task in tasks if task.done_at is None]
    assert 0 < sum(task.due_at < START_OF_TODAY for task in undone) < len(undone) < len(tasks)
    assert all(deals[task.deal].closed_at is None for task in undone)


@pytest.mark.parametrize("sizes", [{"size": 0}, {"size": 100_001}, {"deals": -1}, {"contacts": -1}])
def test_impossible_sizes_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"size is|cannot be fewer"):
        _world(**sizes)


def test_the_slug_names_what_is_served() -> None:
    assert _world().slug == "seed7-40-202611"
    assert _world(deals=500).slug == "seed7-40-d500-202611"
