"""What is decided is kept under the name of who decided it: somebody logged in, or a key."""

from uuid import UUID

from kam_sync.access.model import Role
from tests.web.conftest import TestClient
from tests.web.entering import ADMIN, GOOD, add_key, add_member
from tests.web.world import World

HERE = {"Origin": "http://testserver"}


def test_a_key_and_a_person_are_named(client: TestClient, world: World) -> None:
    [account] = world.add_companies(world.add_source(), "Ромашка")
    add_member(world.services)
    key = add_key(world.services, Role.HEAD)
    path = f"/api/v1/accounts/{account}/time-zone"
    assert client.put(path, json={"zone": "Asia/Omsk"}, headers=key).json()["set_by"] == "head "
    client.post("/login", data={"email": ADMIN, "password": GOOD}, headers=HERE)
    zone = {"zone": "Asia/Yekaterinburg"}
    client.post(f"/accounts/{account}/zone", data=zone, headers=HERE)
    assert client.put(path, json=zone, headers=HERE).json()["set_by"] == ADMIN


def test_in_whose_name_a_key_acts_stands_beside_the_key(
    client: TestClient, world: World, fallen: UUID
) -> None:
    add_member(world.services)
    key = add_key(world.services, Role.HEAD, areas=("alerts:change",))
    [alert] = client.get("/api/v1/alerts", headers=key).json()["items"]
    said = {"by": "Анна", "note": "звоню"}
    path = f"/api/v1/alerts/{alert['id']}"
    client.post(f"{path}/acknowledge", json=said, headers=key)
    client.post(f"{path}/comment", json={"note": "без имени"}, headers=key)
    history = client.get(path, headers=key).json()["history"]
    assert [one["by"] for one in history][-2:] == [
        "Анна (head alerts change)",
        "head alerts change",
    ]
