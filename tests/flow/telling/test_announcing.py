"""What integrators are told: each change once, and nothing that did not change."""

import json
from datetime import UTC, datetime
from threading import Event, Thread

import pytest
import sqlalchemy as sa

from connectors import Noun
from kam_sync import announcing, flow, removing, targeting
from kam_sync.accounts.match import own_account
from kam_sync.accounts.store import SavingStore
from kam_sync.base.errors import Stopped
from kam_sync.intake.store import RemovalStore, SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.listener import Listener
from tests.fakes.memory_crm import AskableCrm, connected
from tests.fakes.telling import Told, allowing, told

WON = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_first_load_is_no_news(told_shop: Told) -> None:
    assert told_shop.types() == []


def test_a_source_that_is_connected_later_is_no_news_either(
    told_shop: Told, services: Services
) -> None:
    other = AskableCrm()
    other.fill(Noun.COMPANY, 3)
    other.fill(Noun.DEAL, 3, company="1", won=WON)
    shop, source_id = connected(allowing(services, told_shop.time), other)
    assert told_shop.types() == []
    flow.sync(shop, source_id)
    assert told_shop.types() == []
    other.put(Noun.DEAL, "4", company="1")
    flow.sync(shop, source_id)
    assert told_shop.types() == ["deal.created"]


def test_a_deal_that_is_won_is_told_once(told_shop: Told) -> None:
    told_shop.crm.put(Noun.DEAL, "1", won=WON)
    [(kind, data)] = told_shop.hear()
    assert kind == "deal.won"
    assert (data["external_id"], data["outcome"]) == ("1", "won")
    assert data["account_id"] == str(own_account(told_shop.source_id, "1"))
    assert told_shop.types() == []
    told_shop.crm.put(Noun.DEAL, "1", name="Другое имя")
    assert told_shop.types() == ["deal.updated"]


@pytest.mark.heavy
def test_created_changed_lost_deleted_and_back(told_shop: Told) -> None:
    crm = told_shop.crm
    crm.put(Noun.DEAL, "3", company="1")
    assert told_shop.types() == ["deal.created"]
    crm.put(Noun.DEAL, "3", amount=300)
    assert told_shop.types() == ["deal.updated"]
    crm.put(Noun.DEAL, "3", lost=WON)
    assert told_shop.types() == ["deal.lost"]
    crm.remove(Noun.DEAL, "3", tell=True)
    assert told_shop.types() == ["deal.deleted"]
    crm.put(Noun.DEAL, "3", company="1", lost=WON, amount=300)
    assert told_shop.types() == ["deal.created"]


def test_an_account_is_created_changed_and_deleted(told_shop: Told) -> None:
    crm = told_shop.crm
    crm.put(Noun.COMPANY, "3", name="Вега", inn="7707083893")
    [(kind, data)] = told_shop.hear()
    assert (kind, data["name"], data["inn"]) == ("account.created", "Вега", "7707083893")
    crm.put(Noun.COMPANY, "3", name="Вега и К")
    assert told_shop.types() == ["account.updated"]
    crm.remove(Noun.COMPANY, "3", tell=True)
    [(kind, data)] = told_shop.hear()
    assert (kind, data["merged_into"]) == ("account.deleted", None)


def test_a_merged_account_names_the_survivor_and_its_deals_go_there(told_shop: Told) -> None:
    crm = told_shop.crm
    crm.put(Noun.COMPANY, "2", phones=["8 912 000 00 05"])
    assert told_shop.types() == []  # phones are not told
    crm.merge(Noun.COMPANY, "2", "1")
    told_shop.sync()
    heard = told_shop.hear()
    survivor = str(own_account(told_shop.source_id, "1"))
    deleted = next(data for kind, data in heard if kind == "account.deleted")
    assert deleted["merged_into"] == survivor
    deals = [data for kind, data in heard if kind == "deal.updated"]
    assert {data["account_id"] for data in deals} == {survivor}
    assert {data["external_id"] for data in deals} == {"2"}


def test_a_deal_that_comes_before_its_company_is_told_again_with_its_account(
    told_shop: Told,
) -> None:
    told_shop.crm.put(Noun.DEAL, "3", company="3")
    [(kind, data)] = told_shop.hear()
    assert (kind, data["account_id"]) == ("deal.created", None)
    told_shop.crm.put(Noun.COMPANY, "3")
    heard = dict(told_shop.hear())
    assert sorted(heard) == ["account.created", "deal.updated"]
    assert heard["deal.updated"]["account_id"] == heard["account.created"]["id"]


def test_translating_everything_again_tells_only_what_reads_differently(told_shop: Told) -> None:
    services, source_id = told_shop.services, told_shop.source_id
    for name in ("translate_again", "all the same"):
        with services.database.transaction() as session:
            SavingStore(session, source_id).translate_again()
        assert told_shop.types() == [], name
    query = "UPDATE raw_record SET body = jsonb_set(body::jsonb, '{name}', '\"New\"')::json"
    with services.database.transaction() as session:  # as if our code read more of it
        session.execute(sa.text(query + " WHERE noun = 'deal' AND external_id = '2'"))
        SavingStore(session, source_id).translate_again()
    assert told_shop.types() == ["deal.updated"]


def test_what_changes_while_everything_is_translated_again_is_told_once(told_shop: Told) -> None:
    told_shop.crm.put(Noun.DEAL, "1", amount=5)
    told_shop.sync()
    with told_shop.services.database.transaction() as session:
        SavingStore(session, told_shop.source_id).translate_again()
    told_shop.crm.put(Noun.DEAL, "2", amount=6)
    assert told_shop.types() == ["deal.updated", "deal.updated"]


def test_a_target_gets_what_it_has_chosen(
    services: Services, crm: AskableCrm, ear: Listener
) -> None:
    shop = told(services, crm, ear, "deal.won", "account.*")
    crm.put(Noun.DEAL, "1", amount=7)
    crm.put(Noun.DEAL, "2", won=WON)
    crm.put(Noun.COMPANY, "3")
    assert shop.types() == ["account.created", "deal.won"]


def test_what_happened_while_nobody_was_told_is_no_news(told_shop: Told) -> None:
    services, time = told_shop.services, told_shop.time
    with services.database.transaction() as session:
        targeting.remove(session, "bridge", time())
    assert ask(services, "SELECT count(*) FROM known_deal") == [(0,)]
    told_shop.crm.put(Noun.DEAL, "1", won=WON)
    told_shop.sync()
    told_shop.announce()
    told_shop.target, _ = targeting.add(services, "next", f"{told_shop.ear.url}/in", ["*"])
    assert told_shop.types() == []
    told_shop.crm.put(Noun.DEAL, "2", won=WON)
    assert told_shop.types() == ["deal.won"]


def test_a_second_target_hears_from_then_on(told_shop: Told) -> None:
    told_shop.crm.put(Noun.DEAL, "1", amount=7)
    told_shop.hear()
    second, _ = targeting.add(told_shop.services, "second", told_shop.ear.url, ["deal.*"])
    told_shop.crm.put(Noun.DEAL, "1", amount=8)
    told_shop.hear()
    rows = ask(told_shop.services, "SELECT target_id, count(*) FROM delivery GROUP BY 1 ORDER BY 1")
    assert rows == [(told_shop.target.id, 2), (second.id, 1)]
    assert ask(told_shop.services, "SELECT count(*) FROM event") == [(2,)]


def test_many_changes_are_looked_at_batch_by_batch(
    told_shop: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kam_sync.notify.announce._BATCH", 3)
    for number in range(10, 20):
        told_shop.crm.put(Noun.DEAL, str(number), company="1")
    assert told_shop.types() == ["deal.created"] * 10
    assert told_shop.types() == []


def test_a_stop_between_two_batches_loses_nothing(
    told_shop: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kam_sync.notify.announce._BATCH", 2)
    for number in range(10, 15):
        told_shop.crm.put(Noun.DEAL, str(number), company="1")
    told_shop.sync()
    asked = iter([True] * 3)

    def go_on() -> None:
        if not next(asked, False):
            raise Stopped("stop")

    with pytest.raises(Stopped):
        announcing.announce_all(told_shop.services, go_on=go_on)
    assert told_shop.types(sync=False) == ["deal.created"] * 5


def test_a_translation_that_commits_late_is_not_run_past(
    told_shop: Told, services: Services
) -> None:
    """Its deals have lower numbers than those of another source that commits first."""
    time, other = told_shop.time, AskableCrm()
    other.put(Noun.DEAL, "9")
    shop, other_id = connected(allowing(services, time), other)
    flow.sync(shop, other_id)
    told_shop.types()
    told_shop.crm.put(Noun.DEAL, "3", company="1")
    is_open, may_commit = Event(), Event()

    def translate_slowly() -> None:
        with services.database.transaction() as session:
            found = SavingStore(session, told_shop.source_id)
            SourceStore(session).write_alone(told_shop.source_id)
            number = session.scalar(sa.text("SELECT nextval('raw_change_no')"))
            session.execute(
                sa.text(
                    "INSERT INTO raw_record (source_id, noun, external_id, body, digest,"
                    " change_no, changed_at) VALUES (:s, 'deal', '7', '{}', '', :n, now())"
                ),
                {"s": told_shop.source_id, "n": number},
            )
            deal = told_shop.crm.translate(next(told_shop.crm.get_many(Noun.DEAL, ["3"])))
            found.save(Noun.DEAL, [deal], time())
            session.execute(sa.text("UPDATE deal SET external_id = '7' WHERE external_id = '3'"))
            found.move_translation(Noun.DEAL, number, time())
            is_open.set()
            may_commit.wait(30)

    writer = Thread(target=translate_slowly)
    writer.start()
    is_open.wait(30)
    other.put(Noun.DEAL, "8")
    flow.sync(shop, other_id)
    assert told_shop.types(sync=False) == ["deal.created"]  # of the other one
    may_commit.set()
    writer.join(30)
    heard = told_shop.hear(sync=False)
    assert [(kind, data["external_id"]) for kind, data in heard] == [("deal.created", "7")]


def test_removing_a_source_deletes_nothing_at_the_integrator(told_shop: Told) -> None:
    name = ask(told_shop.services, "SELECT name FROM source")[0][0]
    removing.remove(told_shop.services, name)
    assert told_shop.types(sync=False) == []
    assert not announcing.is_behind(told_shop.services)


def test_removing_a_source_forgets_what_was_told_of_it(told_shop: Told) -> None:
    told_shop.crm.put(Noun.DEAL, "1", won=WON)
    told_shop.crm.put(Noun.COMPANY, "3")
    told_shop.hear()
    targeting.ping(told_shop.services, "bridge")
    types = "SELECT type FROM event ORDER BY type"
    assert [*map("".join, ask(told_shop.services, types))] == [
        "account.created",
        "deal.won",
        "ping",
    ]
    name = ask(told_shop.services, "SELECT name FROM source")[0][0]
    removing.remove(told_shop.services, name)
    assert ask(told_shop.services, types) == [("ping",)]
    assert [one.state for one in told_shop.deliveries()] == ["delivered"]


def test_a_source_that_is_being_removed_tells_nothing(told_shop: Told) -> None:
    told_shop.crm.put(Noun.DEAL, "1", won=WON)
    told_shop.sync()
    with told_shop.services.database.transaction() as session:
        RemovalStore(session, told_shop.source_id).begin()
    assert not announcing.is_behind(told_shop.services)
    assert told_shop.types(sync=False) == []


def test_nothing_waits_to_be_looked_at_when_all_was(told_shop: Told) -> None:
    assert not announcing.is_behind(told_shop.services)
    told_shop.crm.put(Noun.DEAL, "1", amount=9)
    told_shop.sync()
    assert announcing.is_behind(told_shop.services)
    told_shop.announce()
    assert not announcing.is_behind(told_shop.services)


def test_the_body_names_type_time_and_data(told_shop: Told) -> None:
    told_shop.crm.put(Noun.DEAL, "1", won=WON)
    told_shop.hear()
    body = json.loads(told_shop.ear.posts[0].body)
    assert list(body) == ["type", "timestamp", "data"]
    assert body["timestamp"] == "2026-11-23T09:00:00Z"
