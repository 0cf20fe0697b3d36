"""The trail of an account: on its page, and over the API in pages."""

from uuid import UUID

import pytest

from tests.web import twins
from tests.web.world import World


@pytest.fixture
def merged(world: World, client) -> UUID:
    """An account that two companies came to: one of itself, two more by a person's word."""
    one, other = twins.fill(world)
    said = client.post("/api/v1/matches/merge", json={"accounts": [str(one), str(other)]})
    assert said.status_code == 200
    return one


def test_moves_are_listed_in_pages_with_words_and_names(client, merged) -> None:
    (item,) = client.get(f"/api/v1/accounts/{merged}/moves?lang=ru").json()["items"]
    assert item["id"].isdigit()
    assert (item["source"], item["company_external_id"], item["name"]) == ("other", "17", "Vega")
    assert (item["to_account"], item["cause"], item["by"]) == (str(merged), "decision", "the API")
    assert item["with"] == {
        "source": "sales", "company_external_id": "1", "name": "ООО «Вега»",
    }  # fmt: skip
    assert item["evidence"].startswith("Одно с «ООО «Вега»». За: ")
    assert "name_equal" in {clue["clue"] for clue in item["clues"]}
    decision = client.get("/api/v1/matches/decisions").json()["items"][0]["id"]
    client.post(f"/api/v1/matches/decisions/{decision}/undo")
    moves = f"/api/v1/accounts/{merged}/moves?lang=en&limit=1"
    first = client.get(moves).json()
    (left,) = first["items"]
    assert (left["from_account"], left["with"], left["clues"]) == (str(merged), None, [])
    assert left["evidence"] == "It is another customer."
    last = client.get(f"{moves}&cursor={first['next_cursor']}").json()
    assert (last["items"][0]["id"], last["next_cursor"]) == (item["id"], None)
    assert client.get(f"{moves}&cursor=x").status_code == 400
    nobody = client.get(f"/api/v1/accounts/{UUID(int=1)}/moves")
    assert nobody.status_code == 404


def test_the_page_of_an_account_says_how_it_came_together(client, merged) -> None:
    page = client.get(f"/accounts/{merged}/data?lang=ru").text
    section = page[page.index('id="moves"') :].partition("</section>")[0]
    for said in ("Как сложился этот аккаунт", "Vega: пришла сюда", "через API", "название"):
        assert said in section, said
    romashka = client.get("/api/v1/accounts?q=Ромашка").json()["items"][0]["id"]
    page = client.get(f"/accounts/{romashka}/data?lang=en").text
    section = page[page.index('id="moves"') :].partition("</section>")[0]
    for said in ("Romashka LLC: came here", "by itself", "the same INN: 7707083893"):
        assert said in section, said
    lutik = client.get("/api/v1/accounts?q=Лютик").json()["items"][0]["id"]
    assert 'id="moves"' not in client.get(f"/accounts/{lutik}/data").text
