"""Who was merged into another is found by what that one has now; history follows the survivor."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors import Noun
from kam_sync import flow
from kam_sync.accounts.match import own_account
from kam_sync.kpi.store import KpiStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import AskableCrm, ServicesOf, connected

WON = datetime(2026, 10, 10, 9, tzinfo=UTC)


@pytest.fixture
def crm() -> AskableCrm:
    """Two records with a phone in two spellings that nobody takes for one, and a stranger."""
    crm = AskableCrm()
    crm.put(Noun.COMPANY, "6005", name="Ромашка", phones=["+7 (912) 000-00-05"])
    crm.put(Noun.COMPANY, "6006", name="ООО Василёк", phones=["8 912 000 00 05"])
    crm.put(Noun.COMPANY, "6007", name="Лютик", phones=["+7 912 000-00-07"])
    crm.put(Noun.CONTACT, "70", company="6006")
    crm.put(Noun.DEAL, "1", company="6005", amount=100, won=WON)
    crm.put(Noun.DEAL, "2", company="6006", amount=40, won=WON)
    return crm


@pytest.fixture
def shop(services: Services, crm: AskableCrm) -> tuple[ServicesOf, int]:
    shop, source_id = connected(services, crm)
    flow.sync(shop, source_id)
    return shop, source_id


def gone(services: Services) -> list[tuple[Any, ...]]:
    query = "SELECT external_id, merged_into, gone_why FROM raw_record WHERE gone_at IS NOT NULL"
    return ask(services, query + " ORDER BY 1")


def october(services: Services, source_id: int, company: str) -> list[Decimal]:
    """What the account of a company had won by the end of October."""
    with services.database.transaction() as session:
        account = own_account(source_id, company)
        found = KpiStore(session).points(account, "won_revenue")
        return [point.value for point in found if point.on == date(2026, 10, 1)]


def test_who_vanished_with_the_survivors_phone_was_merged_into_it(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    assert gone(services) == [("6006", "6005", "probably merged into 6005: same phone")]


def test_deals_won_by_the_loser_count_for_the_survivor_afterwards(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    flow.kpi(services)
    assert october(services, source_id, "6005") == [Decimal(100)]
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    flow.kpi(services)
    assert october(services, source_id, "6005") == [Decimal(140)]
    assert october(services, source_id, "6006") == []


def test_what_pointed_at_the_loser_comes_with_its_new_owner(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    assert ask(services, "SELECT DISTINCT company_external_id FROM deal") == [("6005",)]
    assert ask(services, "SELECT company_external_id FROM contact") == [("6005",)]
    assert ask(services, "SELECT count(*) FROM hint") == [(0,)]


def test_the_losers_account_is_inactive_and_its_company_belongs_to_the_survivors(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    survivor, loser = (own_account(source_id, key) for key in ("6005", "6006"))
    assert ask(services, "SELECT id FROM account WHERE NOT is_active") == [(loser,)]
    query = "SELECT account_id, evidence FROM account_link WHERE company_external_id = '6006'"
    assert ask(services, query) == [(survivor, [{"with": [source_id, "6005"]}])]


def test_who_merely_looks_like_the_survivor_stays(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.put(Noun.COMPANY, "6008", name="Ромашка")
    flow.sync(services, source_id)
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    assert [row[0] for row in gone(services)] == ["6006"]


def test_a_loser_is_known_by_the_tasks_that_the_survivor_has_now(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.put(Noun.TASK, "81", about_noun="company", about="6007")
    flow.sync(services, source_id)
    crm.merge(Noun.COMPANY, "6007", "6005")
    flow.sync(services, source_id)
    assert gone(services) == [
        ("6007", "6005", "probably merged into 6005: its tasks are there now")
    ]
    assert ask(services, "SELECT about_external_id FROM task") == [("6005",)]


def test_a_loser_that_was_found_deleted_before_the_news_of_the_merge_is_forwarded(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.merge(Noun.COMPANY, "6006", "6005")
    news = [crm.hints.pop()]
    crm.rows[Noun.COMPANY]["6005"]["phones"] = ["+7 (912) 000-00-05"]
    flow.sync(services, source_id, full=True)
    assert gone(services) == [("6006", None, "absence")]
    crm.hints.extend(news)
    flow.sync(services, source_id)
    assert gone(services) == [("6006", "6005", "probably merged into 6005: same phone")]


def test_of_a_chain_of_merges_all_history_is_the_last_survivors(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    crm.merge(Noun.COMPANY, "6005", "6007", phones=["+7 912 000-00-07", "+7 912 000-00-05"])
    flow.sync(services, source_id)
    flow.kpi(services)
    assert [row[:2] for row in gone(services)] == [("6005", "6007"), ("6006", "6007")]
    # an account keeps the id of the first company that it was made of
    assert ask(services, "SELECT DISTINCT account_id FROM account_link") == [
        (own_account(source_id, "6005"),)
    ]
    assert october(services, source_id, "6005") == [Decimal(140)]


def test_a_merge_that_was_a_wrong_guess_is_undone_when_the_record_comes_back(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    row = dict(crm.rows[Noun.COMPANY]["6006"])
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    crm.put(Noun.COMPANY, "6006", **row)
    flow.sync(services, source_id)
    own = own_account(source_id, "6006")
    query = "SELECT account_id, evidence FROM account_link WHERE company_external_id = '6006'"
    assert ask(services, query) == [(own, [])]
    assert ask(services, "SELECT id FROM account WHERE NOT is_active") == []
