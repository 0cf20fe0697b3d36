"""What integrators hear is what the API says; and docs/webhooks.md shows it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun, Outcome
from kam_sync import announcing, delivering, flow, targeting
from kam_sync.accounts.store import SavingStore
from kam_sync.alerts.model import ChangeKind
from kam_sync.base.errors import Busy
from kam_sync.intake.store import RawStore, SourceStore
from kam_sync.notify import step
from kam_sync.notify.model import Message, Target
from kam_sync.notify.route import LOG
from kam_sync.wiring import Services
from tests.fakes import joining
from tests.fakes.listener import Listener
from tests.fakes.telling import Time, allowing
from tests.web.parted import part
from tests.web.world import WHEN, World, won_deal

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
_OPENED = """
    WITH opened AS (
        INSERT INTO alert (id, account_id, rule, kpi, kind, severity, grain, state, opened_at,
            changed_at, unit, observed, expected, low, high, gap, since, entered_at, badness,
            before, is_armed, assignee)
        VALUES (gen_random_uuid(), :account, 'won_revenue', 'won_revenue', 'level', 'normal',
            'month', 'firing', now(), now(), 'RUB', 1, 5, 3, 7, -4, '2026-08-01', now(), 4,
            'firing', true, '')
        RETURNING id
    )
    INSERT INTO alert_change (alert_id, change, at, observed, expected, gap, by, note)
    SELECT id, 'opened', now(), 1, 5, -4, '', '' FROM opened
"""


@pytest.fixture
def ear() -> Iterator[Listener]:
    with Listener() as ear:
        yield ear


def begin(world: World, ear: Listener, *events: str) -> tuple[Services, Target]:
    """A target that knows all that is there."""
    services = allowing(world.services, Time(), "127.0.0.1")
    target, _ = targeting.add(services, "bridge", ear.url, events)
    announcing.announce_all(services)
    return services, target


def hear(services: Services, target: Target, ear: Listener) -> list[dict[str, Any]]:
    """The bodies of what is told now."""
    seen = len(ear.posts)
    announcing.announce_all(services)
    delivering.deliver(services, target.id)
    return [json.loads(post.body) for post in ear.posts[seen:]]


def pull(world: World, source_id: int, noun: Noun, *records: gate.Record) -> None:
    """Records as a sync brings them: raw, then in our words."""
    with world.services.database.transaction() as session:
        raws, saving = RawStore(session, source_id), SavingStore(session, source_id)
        SourceStore(session).write_alone(source_id)
        before = saving.translated_to(noun)
        raws.keep(
            noun, [gate.RawRecord(noun, one.external_id, {"text": str(one)}) for one in records],
            WHEN,
        )  # fmt: skip
        raws.move_cursor(noun, "0", WHEN)
        raws.note_loaded(noun, WHEN)
        saving.save(noun, records, WHEN)
        saving.move_translation(noun, raws.changed(noun, after=before, limit=99)[-1][0], WHEN)


def company(name: str = "ООО «Ромашка»", **more: Any) -> gate.Company:
    return gate.Company("1", name, "7707083893", "770701001", **more)


@pytest.fixture
def source_id(world: World) -> int:
    """A source with one company and one open deal, loaded."""
    source_id = world.add_source()
    pull(world, source_id, Noun.COMPANY, company())
    pull(world, source_id, Noun.DEAL, gate.Deal("9", "Поставка", "1", "5", Outcome.OPEN, None, ""))
    return source_id


def deal() -> gate.Deal:
    """A won deal with everything that a deal has."""
    return replace(
        won_deal("9", "1", 1_250_000, WHEN),
        name="Поставка насосов",
        tags=("опт",),
        custom={"77": {"name": "Канал", "kind": "choice", "value": "Выставка"}},
        items=(gate.Item("501", Decimal(2), "7001"),),
        owner_external_id="7",
        contact_external_ids=("31",),
    )


def test_a_deal_is_told_as_the_api_says_it(
    world: World, client, ear: Listener, source_id: int
) -> None:
    services, target = begin(world, ear)
    pull(world, source_id, Noun.DEAL, deal())
    [body] = hear(services, target, ear)
    [item] = client.get("/api/v1/deals").json()["items"]
    assert (body["type"], body["data"]) == ("deal.won", item)
    assert item["custom"]
    assert item["amount"] == {"amount": "1250000.00", "currency": "RUB"}


def test_an_account_is_told_as_the_api_says_it(
    world: World, client, ear: Listener, source_id: int
) -> None:
    services, target = begin(world, ear)
    pull(world, source_id, Noun.COMPANY, company("ООО «Ромашка»", segment="A", tags=("опт",)))
    [body] = hear(services, target, ear)
    [item] = client.get("/api/v1/accounts").json()["items"]
    assert (body["type"], body["data"]) == ("account.updated", item)
    assert item["segment"] == "A"


def test_alerts_are_told_as_the_api_says_them(
    world: World, client, ear: Listener, fallen: UUID
) -> None:
    with world.services.database.transaction() as session:
        session.execute(sa.text("DELETE FROM alert"))
    services, target = begin(world, ear, "alert.*")
    world.measure()
    body = next(one for one in hear(services, target, ear) if one["data"]["kpi"] == "won_revenue")
    items = client.get("/api/v1/alerts").json()["items"]
    assert body["type"] == "alert.opened"
    assert body["data"] in items
    world.add_months(1, "1", *[2_900_000 + 100_000 * (month % 3 - 1) for month in range(24)])
    world.measure()
    told = {
        (one["type"], one["data"]["state"])
        for one in hear(services, target, ear)
        if one["data"]["kpi"] == "won_revenue"
    }
    assert told == {("alert.resolved", "resolved")}


def test_alerts_of_before_are_no_news(world: World, ear: Listener, fallen: UUID) -> None:
    services, target = begin(world, ear)
    assert hear(services, target, ear) == []


def test_a_change_of_an_alert_that_commits_late_is_not_run_past(
    world: World, ear: Listener, fallen: UUID
) -> None:
    """Its id is lower than that of a change that commits first."""
    services, target = begin(world, ear, "alert.*")
    with services.database.transaction() as session:
        alert_id = session.scalar(sa.text("SELECT id FROM alert LIMIT 1"))
    write = sa.text(
        "INSERT INTO alert_change (alert_id, change, at, observed, expected, gap, by, note)"
        " VALUES (:alert, :change, now(), 1, 1, 1, '', '')"
    )
    has_drawn, may_commit = Event(), Event()

    def write_slowly() -> None:
        with services.database.transaction() as session:
            session.execute(write, {"alert": alert_id, "change": ChangeKind.REFRESHED.value})
            has_drawn.set()
            may_commit.wait(30)

    writer = Thread(target=write_slowly)
    writer.start()
    has_drawn.wait(30)
    with services.database.transaction() as session:
        session.execute(write, {"alert": alert_id, "change": ChangeKind.RESOLVED.value})
    assert announcing.is_behind(services)  # of alerts alone: of the records all was looked at
    with pytest.raises(Busy, match="alerts"):  # and the writer goes on writing
        announcing.announce_all(services)
    with services.database.transaction() as session:
        session.execute(write, {"alert": alert_id, "change": ChangeKind.OPENED.value})
    assert ear.posts == []
    may_commit.set()
    writer.join(30)
    told = [body["type"] for body in hear(services, target, ear)]
    assert told == ["alert.refreshed", "alert.resolved", "alert.opened"]


def test_what_is_told_of_a_merged_account_names_the_one_that_it_is_in(
    world: World, client, ear: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elder,), parted = world.add_companies(world.add_source("elder"), "Василёк"), part(world)
    services, target = begin(world, ear, "alert.*")
    with services.database.transaction() as session:
        session.execute(sa.text(_OPENED), {"account": parted.account})
    assert "Ромашка" in client.get("/").text
    joining.merge(services, elder, UUID(parted.account), by="Анна")
    assert client.get(f"/api/v1/accounts/{parted.account}").json()["name"] == ""
    [body] = hear(services, target, ear)
    [item] = client.get("/api/v1/alerts").json()["items"]
    one = client.get(f"/api/v1/alerts/{item['id']}").json()
    assert (body["data"], item["account_id"]) == (item, parted.account)
    assert (item["account_name"], one["account_name"]) == ("Василёк", "Василёк")
    [line] = client.get("/api/v1/sources/sales/ledger/deal/accounts").json()["items"]
    assert (line["account_id"], line["name"]) == (parted.account, "Василёк")
    logged = list[Message]()
    monkeypatch.setattr(step, "_CHANNELS", {LOG: logged.append})
    flow.notify(services)
    assert [message.account for message in logged] == ["Василёк"]
    assert "Василёк" not in client.get("/").text  # the next measuring resolves it


def test_the_page_for_integrators_shows_a_true_message(
    world: World, ear: Listener, source_id: int
) -> None:
    services, target = begin(world, ear)
    pull(world, source_id, Noun.DEAL, deal())
    [body] = hear(services, target, ear)
    shown = PAGE.read_text().split("<!-- made by a test -->\n```json\n")[1].split("\n```")[0]
    assert json.loads(shown) == body
