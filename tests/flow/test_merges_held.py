"""Who was merged away and held is known as merged still when a person lets it go."""

import pytest

from connectors import Noun
from kam_sync import deciding, flow
from kam_sync.accounts.match import own_account
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import AskableCrm, ServicesOf, connected


@pytest.fixture
def crm() -> AskableCrm:
    """Two records with one phone, a deal of each, and a token that does not see all."""
    crm = AskableCrm()
    crm.put(Noun.COMPANY, "6005", name="Ромашка", phones=["+7 (912) 000-00-05"])
    crm.put(Noun.COMPANY, "6006", name="ООО Василёк", phones=["8 912 000 00 05"])
    crm.put(Noun.DEAL, "1", company="6005")
    crm.put(Noun.DEAL, "2", company="6006")
    return crm


@pytest.fixture
def shop(services: Services, crm: AskableCrm) -> tuple[ServicesOf, int]:
    shop, source_id = connected(services, crm)
    with services.database.transaction() as session:
        SourceStore(session).learn(source_id, account="1", name="", facts={"is_admin": "no"})
    flow.sync(shop, source_id)
    return shop, source_id


def approve(services: Services, source_id: int) -> int:
    with services.database.transaction() as session:
        source = SourceStore(session).by_id(source_id)
        [one] = deciding.waiting(session, source_id)
        session.expunge_all()
    return deciding.approve(services, source, one.held.id, one.token, "Анна")


def account_of_loser(services: Services) -> list[tuple[object, ...]]:
    query = "SELECT account_id FROM account_link WHERE company_external_id = '6006'"
    return ask(services, query)


def test_the_history_of_a_held_loser_follows_the_survivor_when_it_is_approved(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    assert account_of_loser(services) == [(own_account(source_id, "6006"),)]

    assert approve(services, source_id) == 1
    flow.match(services)
    gone = "SELECT external_id, merged_into, gone_why FROM raw_record WHERE gone_at IS NOT NULL"
    assert ask(services, gone) == [("6006", "6005", "approved by Анна")]
    assert account_of_loser(services) == [(own_account(source_id, "6005"),)]


def test_a_loser_that_was_held_before_its_merge_was_told_follows_too(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    row = crm.rows[Noun.COMPANY]["6006"]
    crm.remove(Noun.COMPANY, "6006")
    flow.sync(services, source_id, full=True)
    crm.rows[Noun.COMPANY]["6006"] = row
    crm.merge(Noun.COMPANY, "6006", "6005")
    flow.sync(services, source_id)
    approve(services, source_id)
    flow.match(services)
    assert account_of_loser(services) == [(own_account(source_id, "6005"),)]
