"""Comparing everything anew: asked for by API or page, and how far it is."""

import pytest

from kam_sync import flow
from kam_sync.matching.model import Phase, Progress
from kam_sync.matching.store import RematchStore
from tests.web.world import WHEN, World

ANEW = "/api/v1/matches/anew"
OTHER = {"Origin": "https://evil.example"}


@pytest.fixture
def shop(world: World) -> World:
    """A house with one source."""
    world.add_source("sales")
    return world


def test_it_is_asked_for_once_and_told_when_it_is_done(client, shop: World) -> None:
    assert client.get(ANEW).status_code == 404
    asked = client.post(ANEW)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert client.post(ANEW).json()["asked_at"] == asked.json()["asked_at"]
    flow.rematch(shop.services, "anna")
    told = client.get(ANEW).json()
    assert (told["state"], told["by"], told["companies"]) == ("done", "the API", 0)


def test_the_page_has_the_button_and_asks_how_far_it_is_while_it_goes_on(
    client, shop: World
) -> None:
    assert "Сравнить всё заново" in client.get("/matches").text
    sent = client.post("/matches/anew", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/matches#anew")
    with shop.services.database.transaction() as session:
        RematchStore(session).begin("anna", Progress(Phase.PAIRS, 1_500, 6_000), WHEN)
    part = client.get("/matches/anew").text
    assert "Сравниваем пары компаний: 1 500 из 6 000." in part.replace("\xa0", " ")
    assert 'hx-trigger="every 2s"' in part
    assert "<button" not in part
    flow.rematch(shop.services, "anna")
    assert "hx-trigger" not in client.get("/matches/anew").text


def test_another_site_may_not_ask(client, shop: World) -> None:
    assert client.post("/matches/anew", headers=OTHER).status_code == 403
    assert client.get(ANEW).status_code == 404
