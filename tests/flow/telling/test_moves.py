"""Who goes from one account to another is told, also where no CRM has changed anything."""

from typing import Any

from connectors import Noun
from kam_sync import flow, removing
from kam_sync.accounts.match import own_account
from kam_sync.wiring import Services
from tests.fakes import joining
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import AskableCrm, connected
from tests.fakes.telling import Told, allowing

INN = "7707083893"

_Heard = set[tuple[str, str, str | None]]


def _heard(shop: Told) -> _Heard:
    """Type, id of the account or the deal, and where that went or belongs."""
    return {_short(kind, data) for kind, data in shop.hear(sync=False)}


def _short(kind: str, data: dict[str, Any]) -> tuple[str, str, str | None]:
    if kind.startswith("deal."):
        return kind, data["external_id"], data["account_id"]
    return kind, data["id"], data.get("merged_into")


def test_a_decision_is_told_at_once_and_once(told_shop: Told) -> None:
    shop, services = told_shop.source_id, told_shop.services
    told_shop.crm.put(Noun.COMPANY, "2", inn=INN)
    assert told_shop.types() == ["account.updated"]
    one, two = (own_account(shop, number) for number in "12")
    decision = joining.merge(services, one, two, by="Анна")
    waiting = ask(services, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'announce'")
    assert waiting == [(1,)]
    assert _heard(told_shop) == {
        ("account.deleted", str(two), str(one)),
        ("account.updated", str(one), None),  # its INN
        ("deal.updated", "2", str(one)),
    }
    told_shop.crm.put(Noun.COMPANY, "2", phones=["8 912 000 00 09"])
    assert told_shop.types() == []
    joining.undo(services, decision, by="Анна")
    assert _heard(told_shop) == {
        ("account.created", str(two), None),
        ("account.updated", str(one), None),
        ("deal.updated", "2", str(two)),
    }
    assert told_shop.types() == []


def test_a_company_that_has_not_changed_is_told_when_another_takes_it_along(
    told_shop: Told, services: Services
) -> None:
    other = AskableCrm()
    other.put(Noun.COMPANY, "7", name="Лютик", inn=INN)
    other.put(Noun.DEAL, "70", company="7")
    beside, source_id = connected(allowing(services, told_shop.time), other)
    flow.sync(beside, source_id)
    assert told_shop.types() == []
    two, seven = own_account(told_shop.source_id, "2"), own_account(source_id, "7")
    told_shop.crm.put(Noun.COMPANY, "2", inn=INN)
    told_shop.sync()
    assert _heard(told_shop) == {
        ("account.updated", str(two), None),
        ("account.deleted", str(seven), str(two)),
        ("deal.updated", "70", str(two)),
    }
    assert told_shop.types() == []


def test_what_a_new_source_joins_with_before_its_stock_is_taken_is_no_news(
    told_shop: Told, services: Services
) -> None:
    told_shop.crm.put(Noun.COMPANY, "2", inn=INN)
    assert told_shop.types() == ["account.updated"]
    other = AskableCrm()
    other.put(Noun.COMPANY, "7", name="Лютик", inn=INN)
    other.put(Noun.DEAL, "70", company="7")
    beside, source_id = connected(allowing(services, told_shop.time), other)
    flow.sync(beside, source_id)
    assert ask(services, "SELECT count(*) FROM account_move") == [(1,)]
    assert told_shop.types() == []


def test_who_stays_when_a_source_is_removed_is_told_under_the_new_account(
    told_shop: Told, services: Services
) -> None:
    other = AskableCrm()
    other.put(Noun.COMPANY, "7", name="Лютик", inn=INN)
    other.put(Noun.DEAL, "70", company="7")
    beside, source_id = connected(allowing(services, told_shop.time), other)
    told_shop.crm.put(Noun.COMPANY, "2", inn=INN)
    told_shop.sync()
    flow.sync(beside, source_id)
    told_shop.types()
    two, seven = own_account(told_shop.source_id, "2"), own_account(source_id, "7")
    (name,) = ask(services, "SELECT name FROM source WHERE id = :id", id=told_shop.source_id)
    removing.remove(told_shop.services, name[0])
    assert _heard(told_shop) == {
        ("account.deleted", str(two), str(seven)),
        ("account.created", str(seven), None),
        ("deal.updated", "70", str(seven)),
    }
