"""An account is given its own time zone by API and by page."""

from tests.web.conftest import TestClient
from tests.web.world import World


def _account(world: World) -> str:
    [account] = world.add_companies(world.add_source(), "Ромашка")
    return str(account)


def test_a_time_zone_is_set_and_taken_back(client: TestClient, world: World) -> None:
    account = _account(world)
    path = f"/api/v1/accounts/{account}"
    assert client.get(path).json()["time_zone"] == "Europe/Moscow"
    said = client.put(f"{path}/time-zone", json={"zone": "Asia/Omsk"}).json()
    assert (said["zone"], said["set_by"]) == ("Asia/Omsk", "the API")
    assert client.get(path).json()["time_zone"] == "Asia/Omsk"
    wrong = client.put(f"{path}/time-zone", json={"zone": "Омск"})
    assert (wrong.status_code, "IANA" in wrong.json()["detail"]) == (400, True)
    back = client.delete(f"{path}/time-zone").json()
    assert back == {"zone": "Europe/Moscow", "set_by": None, "set_at": None}


def test_the_page_names_zones_by_their_city(client: TestClient, world: World) -> None:
    account = _account(world)
    page = client.get(f"/accounts/{account}/zone").text
    assert "Екатеринбург (UTC+05:00)" in page
    assert page.index("Россия") < page.index("Азербайджан")
    client.post(f"/accounts/{account}/zone", data={"zone": "Asia/Yekaterinburg"})
    assert "Екатеринбург" in client.get(f"/accounts/{account}/data").text
    assert "selected>Екатеринбург (UTC+05:00)" in client.get(f"/accounts/{account}/zone").text
    client.post(f"/accounts/{account}/zone", data={"zone": ""})
    assert "Екатеринбург" not in client.get(f"/accounts/{account}/data").text
