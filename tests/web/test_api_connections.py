"""A program connects a CRM account, changes how it is reached, and lets it go."""

from collections.abc import Iterator
from datetime import date

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from tests.web.world import World


@pytest.fixture
def crm() -> Iterator[AmoSandbox]:
    world = MadeUpWorld(size=2, deals=5, contacts=2, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as box:
        yield box


def given(crm: AmoSandbox, **other: object) -> dict[str, object]:
    return {"name": "sales", "kind": "amocrm", "base_url": crm.url, "token": crm.token} | other


def test_a_source_is_connected_pulled_paused_and_removed(client, world: World, crm) -> None:
    answer = client.post("/api/v1/sources", json=given(crm))
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["state"], made["opened_by"]) == ("sales", "active", "token")
    assert crm.token not in answer.text
    assert client.get(answer.headers["location"]).json()["remote_account"] == made["remote_account"]

    flow.sync(world.services, int(client.get("/api/v1/sources/sales").json()["id"]))
    assert len(client.get("/api/v1/accounts").json()["items"]) == 2

    paused = client.patch("/api/v1/sources/sales", json={"state": "paused"})
    assert paused.json()["state"] == "paused"
    assert (
        client.patch("/api/v1/sources/sales", json={"state": "active"}).json()["state"] == "active"
    )

    assert client.delete("/api/v1/sources/sales").status_code == 204
    assert client.get("/api/v1/sources/sales").status_code == 404
    assert client.get("/api/v1/accounts").json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        ({"token": ""}, 400, "token"),
        ({"token": "nonsense"}, 502, ""),
        ({"name": "нельзя"}, 400, "name"),
        ({"kind": "fax"}, 400, "fax"),
        ({"base_url": "http://192.168.0.1"}, 400, "base URL"),
        ({"nonsense": 1}, 422, "nonsense"),
    ],
)
def test_what_cannot_be_connected_is_said_and_not_kept(
    client, crm: AmoSandbox, wrong: dict[str, object], status: int, says: str
) -> None:
    answer = client.post("/api/v1/sources", json=given(crm, **wrong))
    assert (answer.status_code, says in answer.text) == (status, True)
    assert client.get("/api/v1/sources").json()["items"] == []


def test_a_token_that_does_not_open_it_changes_nothing(client, world: World, crm) -> None:
    client.post("/api/v1/sources", json=given(crm))
    wrong = client.patch("/api/v1/sources/sales", json={"token": "nonsense"})
    assert wrong.status_code == 502
    right = client.patch("/api/v1/sources/sales", json={"token": crm.token})
    assert (right.status_code, right.json()["state"]) == (200, "active")


def test_an_address_of_another_account_is_refused_unless_it_is_meant(
    client, world: World, crm
) -> None:
    client.post("/api/v1/sources", json=given(crm))
    flow.sync(world.services, int(client.get("/api/v1/sources/sales").json()["id"]))
    other = MadeUpWorld(seed=99, size=2, deals=5, contacts=2, today=date(2026, 11, 1))
    with AmoSandbox(other, rate=0, token=crm.token) as elsewhere:
        refused = client.patch("/api/v1/sources/sales", json={"base_url": elsewhere.url})
        assert (refused.status_code, "is_another_account" in refused.text) == (400, True)
        meant = {"base_url": elsewhere.url, "is_another_account": True}
        assert client.patch("/api/v1/sources/sales", json=meant).json()["base_url"] == elsewhere.url
