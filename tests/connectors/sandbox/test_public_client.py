"""A public client of amoCRM, made by others and knowing nothing of us, gets along with the sandbox.

It keeps the sandbox honest: what both of us read wrongly in the documents, it may have read right.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import aioamocrm
import httpx
import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.change import Change
from connectors.sandbox.amocrm.hooks.told import Style, body, hooks_of
from connectors.sandbox.world import MadeUpWorld
from tests.fakes.clock import Clock
from tests.fakes.listener import Listener

Talk = Callable[[aioamocrm.AmoCRMClient], Awaitable[Any]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(open_box: Any, clock: Clock) -> AmoSandbox:
    return open_box(clock=clock)


@pytest.fixture
def ear() -> Iterator[Listener]:
    with Listener() as opened:
        yield opened


@pytest.fixture
def oauth(box: AmoSandbox, clock: Clock) -> aioamocrm.OAuth2:
    app = box.oauth.app
    return aioamocrm.OAuth2(app.client_id, app.client_secret, app.redirect_uri, clock=clock)


def talk(box: AmoSandbox, auth: aioamocrm.Auth, what: Talk) -> Any:
    """Do something with a client that is connected to the sandbox."""

    async def talking() -> Any:
        async with aioamocrm.AmoCRMClient(auth=auth, base_url=box.url, rate_limit=None) as client:
            return await what(client)

    return asyncio.run(talking())


async def leads(client: aioamocrm.AmoCRMClient) -> list[aioamocrm.Lead]:
    return [lead async for lead in client.leads.iterate(limit=20, with_=["contacts"])]


def test_it_lists_leads_by_the_links_to_the_next_page(box: AmoSandbox) -> None:
    found = talk(box, aioamocrm.LongLivedToken(box.token), leads)
    assert [lead.id for lead in found] == box.ids("leads")
    row = box.row("leads", found[0].id)
    assert (found[0].price, found[0].status_id) == (row["price"], row["status_id"])
    assert found[0].embedded.contacts[0].id == row["_embedded"]["contacts"][0]["id"]
    pages = [dict(parse_qsl(seen.query))["page"] for seen in box.requests]
    assert pages == ["1", "2", "3", "4"]


def test_it_reads_account_users_pipelines_companies_and_tasks(box: AmoSandbox) -> None:
    async def read(client: aioamocrm.AmoCRMClient) -> list[int]:
        assert (await client.account.get()).id == 30_000_001
        pipelines = await client.pipelines.list()
        pages = [await which.get_page() for which in (client.users, client.companies, client.tasks)]
        return [len(pipelines), *(len(page.items) for page in pages)]

    nouns = ("leads/pipelines", "users", "companies", "tasks")
    found = talk(box, aioamocrm.LongLivedToken(box.token), read)
    assert found == [box.count(noun) for noun in nouns]


def test_it_exchanges_a_code_and_refreshes_when_the_token_ends(
    box: AmoSandbox, oauth: aioamocrm.OAuth2, clock: Clock
) -> None:
    async def a_day(client: aioamocrm.AmoCRMClient) -> tuple[str, str]:
        first = await client.exchange_code(box.oauth.code())
        await client.account.get()
        clock.now += 86_400
        await client.account.get()
        second = await oauth.storage.load()
        assert second is not None
        return first.refresh_token, second.refresh_token

    first, second = talk(box, oauth, a_day)
    assert first != second
    assert [seen.path for seen in box.requests].count("/oauth2/access_token") == 2


def test_it_refreshes_after_a_401(box: AmoSandbox, oauth: aioamocrm.OAuth2) -> None:
    async def interrupted(client: aioamocrm.AmoCRMClient) -> None:
        await client.exchange_code(box.oauth.code())
        box.oauth.expire()
        await client.account.get()

    talk(box, oauth, interrupted)
    assert [seen.status for seen in box.requests] == [200, 401, 200, 200]


def test_it_understands_that_the_grant_is_gone(box: AmoSandbox, oauth: aioamocrm.OAuth2) -> None:
    async def revoked(client: aioamocrm.AmoCRMClient) -> None:
        await client.exchange_code(box.oauth.code())
        box.oauth.revoke()
        await client.account.get()

    with pytest.raises(aioamocrm.AuthError) as caught:
        talk(box, oauth, revoked)
    assert caught.value.status_code == 401
    assert "Некорректный запрос" in str(caught.value)


def test_it_finds_out_where_a_renamed_account_lives_now(
    box: AmoSandbox, oauth: aioamocrm.OAuth2
) -> None:
    """Under names of amoCRM, all of which lead to the sandbox here."""
    box.oauth.api_domain = "api-b.amocrm.ru"

    class ToSandbox(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            request.url = httpx.URL(box.url).join(request.url.raw_path.decode())
            return await super().handle_async_request(request)

    async def move() -> None:
        async with httpx.AsyncClient(transport=ToSandbox()) as http:
            client = aioamocrm.AmoCRMClient(auth=oauth, subdomain="demo", http=http)
            await client.exchange_code(box.oauth.code())
            box.oauth.rename("newname.amocrm.ru")
            await client.account.get()

    with pytest.raises(aioamocrm.AccountMovedError) as caught:
        asyncio.run(move())
    assert caught.value.domain == "newname.amocrm.ru"


def test_it_waits_when_it_is_told_that_it_is_too_fast(open_box: Any) -> None:
    box = open_box(rate=1, retry_after="header")
    found = talk(box, aioamocrm.LongLivedToken(box.token), leads_of_two_requests)
    assert len(found) == 2
    assert 429 in [seen.status for seen in box.requests]


async def leads_of_two_requests(client: aioamocrm.AmoCRMClient) -> list[Any]:
    return [await client.leads.get_page(page, limit=1) for page in (1, 2)]


def test_it_writes_tasks_notes_and_leads(box: AmoSandbox) -> None:
    id_ = box.ids("leads")[0]

    async def write(client: aioamocrm.AmoCRMClient) -> list[int]:
        task = {"text": "Позвонить", "complete_till": 1_790_100_000}
        [made] = await client.tasks.create([task | {"entity_id": id_, "entity_type": "leads"}])
        [done] = await client.tasks.update([{"id": made.id, "is_completed": True}])
        [note] = await client.leads.notes.create(
            [{"entity_id": id_, "note_type": "common", "params": {"text": "Ждут счёт"}}]
        )
        [lead] = await client.leads.update([{"id": id_, "price": 125_000}])
        return [made.id, done.id, note.id, lead.id]

    task, done, note, lead = talk(box, aioamocrm.LongLivedToken(box.token), write)
    assert (task, lead) == (done, id_)
    assert box.row("tasks", task)["is_completed"] is True
    assert box.row("leads/notes", note)["params"]["text"] == "Ждут счёт"
    assert box.row("leads", id_)["price"] == 125_000


def test_it_reads_which_item_of_a_batch_is_wrong(box: AmoSandbox) -> None:
    id_ = box.ids("leads")[0]

    async def write(client: aioamocrm.AmoCRMClient) -> None:
        await client.leads.update([{"id": id_, "responsible_user_id": 1}])

    with pytest.raises(aioamocrm.ValidationError) as caught:
        talk(box, aioamocrm.LongLivedToken(box.token), write)
    [issue] = caught.value.errors
    assert (issue.code, issue.path) == ("NotSupportedChoice", "responsible_user_id")


def test_it_parses_the_webhooks(box: AmoSandbox, ear: Listener) -> None:
    headers = {"Authorization": f"Bearer {box.token}"}
    wanted = {"destination": ear.url, "settings": ["status_lead", "update_lead", "update_contact"]}
    httpx.post(f"{box.url}/api/v4/webhooks", headers=headers, json=wanted)
    lead = box.row("leads", box.ids("leads")[0]) | {"status_id": 4410}
    contacts = [box.row("contacts", id_) for id_ in box.ids("contacts")]
    contact = next(row for row in contacts if row["custom_fields_values"])
    change = Change("leads", lead["id"], "update", lead, lead | {"status_id": 142}, 701, 0)
    box.webhooks.automatic = False
    box.webhooks.together = True
    box.webhooks.hear(change)
    box.webhooks.hear(Change("contacts", contact["id"], "update", contact, contact, 701, 0))
    box.webhooks.deliver()
    read = aioamocrm.parse_webhook(ear.posts[0].body)
    assert (read.account_id, read.subdomain) == (30_000_001, "demo")
    assert [(event.entity, event.action, event.id) for event in read.events] == [
        ("leads", "status", lead["id"]),
        ("leads", "update", lead["id"]),
        ("contacts", "update", contact["id"]),
    ]
    assert read.events[0].payload["old_status_id"] == "4410"
    field = contact["custom_fields_values"][0]
    values = [value["value"] for value in field["values"]]
    assert read.events[2].field_values(field["field_id"]) == values


def test_it_parses_the_webhooks_of_every_row(world: MadeUpWorld, open_box: Any) -> None:
    box = open_box(world)
    nouns = ["leads", "contacts", "companies", "customers", "tasks", "leads/notes"]
    nouns += ["catalogs/1001/elements", "catalogs/1002/elements"]
    changes = [
        Change(noun, id_, "add", None, box.row(noun, id_), 701, 0)
        for noun in nouns
        for id_ in box.ids(noun)[:100]
    ]
    read = [
        aioamocrm.parse_webhook(body([hook])).events[0]
        for change in changes
        for hook in hooks_of(change, box._books, Style())
    ]
    ids = [event.payload.get("note", event.payload)["id"] for event in read]
    assert ids == [str(change.id) for change in changes]
    assert {event.entity for event in read} == {
        "leads",
        "contacts",
        "customers",
        "task",
        "catalogs",
    }
