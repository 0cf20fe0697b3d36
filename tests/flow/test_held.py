"""A deletion of too many records waits for a person, who may approve or reject it."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from connectors import Hint, Noun
from kam_sync import deciding, flow
from kam_sync.base.errors import Busy, NotHere, WrongUse
from kam_sync.intake.model import Access, HeldState, Source
from kam_sync.intake.store import HeldStore, SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import AskableCrm, ServicesOf, connected

DEALS = 100


@pytest.fixture
def crm() -> AskableCrm:
    """One company with a hundred open deals of 100 roubles."""
    crm = AskableCrm(page_size=50)
    crm.put(Noun.COMPANY, "1", name="Ромашка")
    for number in range(DEALS):
        crm.put(Noun.DEAL, f"{number:03}", company="1")
    return crm


@pytest.fixture
def shop(services: Services, crm: AskableCrm) -> tuple[ServicesOf, int]:
    """The CRM, connected and synced once."""
    shop, source_id = connected(services, crm)
    flow.sync(shop, source_id)
    return shop, source_id


def lose(crm: AskableCrm, count: int, *, tell: bool = False) -> dict[str, dict[str, object]]:
    """Delete the first deals; returns their rows."""
    lost = dict(list(crm.rows[Noun.DEAL].items())[:count])
    for key in lost:
        crm.remove(Noun.DEAL, key, tell=tell)
    return lost


def deleted(services: Services) -> int:
    return int(ask(services, "SELECT count(*) FROM deal WHERE is_deleted")[0][0])


def held(services: Services, source_id: int) -> list[deciding.HeldDeletion]:
    with services.database.transaction() as session:
        found = deciding.waiting(session, source_id)
        session.expunge_all()
        return found


def source(services: Services, source_id: int) -> Source:
    with services.database.transaction() as session:
        found = SourceStore(session).by_id(source_id)
        session.expunge_all()
        return found


def decide(services: Services, source_id: int, what: str) -> int:
    [one] = held(services, source_id)
    act = {"approve": deciding.approve, "reject": deciding.reject}[what]
    return act(services, source(services, source_id), one.held.id, one.token, "Анна")


@pytest.mark.parametrize("tell", [True, False], ids=["by events", "by absence"])
def test_a_sync_that_would_delete_more_than_its_share_deletes_nothing_and_says_what_it_would_do(
    crm: AskableCrm, shop: tuple[ServicesOf, int], *, tell: bool
) -> None:
    services, source_id = shop
    lose(crm, 21, tell=tell)
    result = flow.sync(services, source_id, full=True)
    assert (deleted(services), result.nouns[Noun.DEAL].held) == (0, 21)
    [one] = held(services, source_id)
    words = "21 of 100 (21%) would be deleted; so many within a day, or all, need a person"
    assert (one.held.noun, one.held.in_words) == ("deal", words)
    assert next(iter(one.outlook.sample.items())) == ("000", "deal 000")
    assert one.outlook.open_amounts == {"RUB": Decimal(2_100)}


def test_ten_deletions_are_a_usual_day(crm: AskableCrm, shop: tuple[ServicesOf, int]) -> None:
    services, source_id = shop
    lose(crm, 10, tell=True)
    flow.sync(services, source_id)
    assert (deleted(services), held(services, source_id)) == (10, [])


def test_deletions_in_small_steps_are_held_once_they_are_too_many_for_a_day(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    for _ in range(3):
        lose(crm, 8, tell=True)
        flow.sync(services, source_id)
    [one] = held(services, source_id)
    assert (deleted(services), one.held.count) == (8, 16)
    with services.database.transaction() as session:  # a day later
        session.execute(text("UPDATE raw_record SET gone_at = gone_at - interval '1 day'"))
    lose(crm, 10, tell=True)
    flow.sync(services, source_id)
    assert deleted(services) == 18


def test_what_a_person_approved_is_not_counted_against_the_rest_of_the_day(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    lose(crm, 30, tell=True)
    flow.sync(services, source_id)
    decide(services, source_id, "approve")
    lose(crm, 5, tell=True)
    flow.sync(services, source_id)
    assert (deleted(services), held(services, source_id)) == (35, [])


def test_a_list_of_users_that_comes_empty_deactivates_nobody(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.fill(Noun.USER, 3)
    flow.sync(services, source_id)
    crm.rows[Noun.USER].clear()
    flow.sync(services, source_id)
    assert ask(services, "SELECT count(*) FROM crm_user WHERE is_active") == [(3,)]
    assert [one.held.noun for one in held(services, source_id)] == ["user"]


def test_a_mass_absence_costs_no_request_for_each_record(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    lose(crm, DEALS)
    flow.sync(services, source_id, full=True)
    assert (deleted(services), crm.asked) == (0, [])


def test_what_was_approved_is_gone_at_once(crm: AskableCrm, shop: tuple[ServicesOf, int]) -> None:
    services, source_id = shop
    lose(crm, 30)
    flow.sync(services, source_id, full=True)
    assert decide(services, source_id, "approve") == 30
    assert (deleted(services), held(services, source_id)) == (30, [])
    why = "SELECT DISTINCT gone_why FROM raw_record WHERE gone_at IS NOT NULL"
    assert ask(services, why) == [("approved by Анна",)]


def test_what_came_back_since_is_not_deleted_by_an_approval(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    lost = lose(crm, 30)
    flow.sync(services, source_id, full=True)
    crm.put(Noun.DEAL, "007", **lost["007"])
    flow.sync(services, source_id)
    assert decide(services, source_id, "approve") == 29
    assert ask(services, "SELECT is_deleted FROM deal WHERE external_id = '007'") == [(False,)]


def test_a_hold_is_over_when_a_later_full_sync_sees_all_again(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.hidden |= {(Noun.DEAL, f"{number:03}") for number in range(60)}  # a right was taken away
    flow.sync(services, source_id, full=True)
    crm.hidden.clear()
    flow.sync(services, source_id, full=True)
    assert (deleted(services), held(services, source_id)) == (0, [])
    assert ask(services, "SELECT state FROM held_deletion") == [(HeldState.CAME_BACK.value,)]


def test_a_later_full_sync_adds_to_what_waits_and_holds_nothing_twice(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    lose(crm, 30)
    flow.sync(services, source_id, full=True)
    lose(crm, 25)
    flow.sync(services, source_id, full=True)
    [one] = held(services, source_id)
    assert (one.held.count, deleted(services)) == (55, 0)


def test_what_was_rejected_stays_and_is_not_held_again(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    lose(crm, 30)
    flow.sync(services, source_id, full=True)
    assert decide(services, source_id, "reject") == 30
    flow.sync(services, source_id, full=True)
    assert (deleted(services), held(services, source_id)) == (0, [])


def test_what_was_rejected_is_held_again_after_it_was_seen_and_vanished_anew(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    lost = lose(crm, 30)
    flow.sync(services, source_id, full=True)
    decide(services, source_id, "reject")
    crm.rows[Noun.DEAL] |= lost
    flow.sync(services, source_id, full=True)
    lose(crm, 0)
    for key in lost:
        crm.remove(Noun.DEAL, key)
    flow.sync(services, source_id, full=True)
    assert [one.held.count for one in held(services, source_id)] == [30]


def test_a_decision_is_made_once(crm: AskableCrm, shop: tuple[ServicesOf, int]) -> None:
    services, source_id = shop
    lose(crm, 30)
    flow.sync(services, source_id, full=True)
    [one] = held(services, source_id)
    shop_source = source(services, source_id)
    deciding.reject(services, shop_source, one.held.id, one.token, "Анна")
    with pytest.raises(WrongUse, match="it is rejected already"):
        deciding.approve(services, shop_source, one.held.id, one.token, "Борис")
    with services.database.transaction() as session, pytest.raises(NotHere, match="held: nothing"):
        deciding.of_noun(session, shop_source, "deal")


def test_an_approval_waits_for_no_sync_that_is_running(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    lose(crm, 30)
    flow.sync(services, source_id, full=True)
    with services.database.alone(f"source {source_id}"), pytest.raises(Busy):
        decide(services, source_id, "approve")
    assert len(held(services, source_id)) == 1


def test_an_admin_may_set_another_share(crm: AskableCrm, shop: tuple[ServicesOf, int]) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        access = Access(sealed_token="", options={"most_deleted_percent": "50"})
        SourceStore(session).change_access(source_id, base_url="http://127.0.0.1:9", access=access)
    lose(crm, 50)
    flow.sync(services, source_id, full=True)
    assert (deleted(services), held(services, source_id)) == (50, [])


def test_without_an_administrators_rights_absence_is_always_held(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        SourceStore(session).learn(source_id, account="1", name="", facts={"is_admin": "no"})
    lose(crm, 1)
    flow.sync(services, source_id, full=True)
    [one] = held(services, source_id)
    assert "we may not see all" in one.held.in_words
    assert deleted(services) == 0


def test_without_an_administrators_rights_a_hint_deletes_nothing_by_itself(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        SourceStore(session).learn(source_id, account="1", name="", facts={"is_admin": "no"})
    row = crm.rows[Noun.DEAL].pop("007")  # handed to a colleague: we may not see it any more
    crm.hints.append(Hint(Noun.DEAL, "007"))
    flow.sync(services, source_id)
    [one] = held(services, source_id)
    assert (one.outlook.sample, deleted(services)) == ({"007": "deal 007"}, 0)
    crm.put(Noun.DEAL, "007", **row)
    flow.sync(services, source_id)
    assert held(services, source_id) == []


def test_a_held_deletion_of_one_source_is_not_anothers(
    services: Services, crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    _, source_id = shop
    lose(crm, 30)
    flow.sync(shop[0], source_id, full=True)
    [one] = held(services, source_id)
    with services.database.transaction() as session, pytest.raises(NotHere):
        HeldStore(session, source_id + 1).one(one.held.id)
