"""Merging accounts and people that nobody asks about: found, looked at, merged, taken back."""

from uuid import UUID

import pytest

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.accounts.match import own_account
from tests.web import partners, twins
from tests.web.test_account_page import plain
from tests.web.test_matches_page import post
from tests.web.world import World

CARNATION, VEGA = str(own_account(1, "3")), str(own_account(2, "17"))


@pytest.fixture
def firms(world: World) -> None:
    """Two questions, and an account of two companies that nobody is asked about."""
    twins.fill(world)


def test_candidates_say_what_tells_them_apart(client, firms) -> None:
    path = f"/accounts/{CARNATION}/merge"
    assert f'<a href="{path}">Объединить с…</a>' in client.get(f"/accounts/{CARNATION}/data").text
    text = plain(client.get(f"{path}?q=e").text)  # Vega, and itself as Romashka
    assert f'href="{path}/{VEGA}?q=e" aria-label="Сравнить с Vega"' in text
    assert f"{path}/{CARNATION}" not in text
    assert '<span class="badge">other</span>' in text
    assert 'title="900 ₽"' in text
    both = plain(client.get(f"{path}?q=лютик&lang=en").text)
    assert "INN 7728168971" in both
    assert "INN 7736050003" in both
    assert "Nothing was found." in client.get(f"{path}?q=тюльпан&lang=en").text


def test_both_are_seen_merged_and_taken_back_on_the_page_of_the_account(client, firms) -> None:
    text = plain(client.get(f"/accounts/{VEGA}/merge/{CARNATION}?lang=ru").text)
    assert text.index(">Vega</a></th>") < text.index(">Ромашка</a></th>")
    assert "За это говорит мало: скорее, это разные клиенты." in text
    assert '<span aria-hidden="true">−</span> разные названия' in text
    done = post(client, f"/accounts/{VEGA}/merge", ("other", CARNATION), ("note", "одна касса"))
    place = f"/accounts/{CARNATION}?did=merge&decision=1"  # the older one
    assert (done.status_code, done.headers["location"]) == (303, place)
    text = plain(client.get(place).text)
    assert "Теперь это один клиент." in text
    field = f'<input type="hidden" name="account" value="{CARNATION}">'
    assert f'action="/matches/decisions/1/undo">{field}<button class="small">Отменить' in text
    assert "Vega" in text
    for again in (
        post(client, f"/accounts/{VEGA}/merge", ("other", CARNATION)),
        client.get(f"/accounts/{VEGA}/merge/{CARNATION}", follow_redirects=False),
    ):
        assert again.headers["location"] == f"/accounts/{CARNATION}?did=stale"
    moved = client.get(f"/accounts/{VEGA}/merge", follow_redirects=False)
    assert moved.headers["location"] == f"/accounts/{CARNATION}/merge"

    undone = post(client, "/matches/decisions/1/undo", ("account", CARNATION))
    assert undone.headers["location"] == f"/accounts/{CARNATION}?did=undo"
    assert "Решение отменено: компании снова" in client.get(undone.headers["location"]).text
    assert client.get(f"/accounts/{VEGA}", follow_redirects=False).status_code == 200


def test_who_merges_is_warned_of_other_inns_branches_and_what_was_said(
    client, world: World, firms
) -> None:
    lily, namesake = own_account(1, "2"), own_account(2, "18")
    path = f"/accounts/{lily}/merge/{namesake}?lang=ru"
    text = plain(client.get(path).text)
    assert '<span class="message">ИНН этих клиентов различаются: скорее, это два' in text
    assert '<span aria-hidden="true">−</span> разные ИНН: 7728168971, 7736050003' in text
    post(client, "/matches", ("one", "1:2"), ("other", "2:18"), ("do", "apart"), ("note", "суд"))
    told = plain(client.get(path).text)
    assert "Уже решено, что это разные клиенты: на странице, " in told
    assert "(суд). Объединение это отменит." in told
    inn = "7736050003"
    world.save(1, Noun.COMPANY, gate.Company("4", "Лютик", inn, "773601001"))
    world.save(2, Noun.COMPANY, gate.Company("20", "Лютик Самара", inn, "631643001"))
    flow.match(world.services)
    branches = f"/accounts/{own_account(1, '4')}/merge/{own_account(2, '20')}?lang=en"
    assert "rather two branches of one firm" in client.get(branches).text


@pytest.mark.parametrize(
    ("other", "status"),
    [(CARNATION, 400), ("x", 404), ("", 404), (str(UUID(int=1)), 404)],
)
def test_what_cannot_be_merged_is_refused(client, firms, other: str, status: int) -> None:
    path = f"/accounts/{CARNATION}/merge"
    assert post(client, path, ("other", other)).status_code == status
    assert post(client, path, origin="https://evil.example").status_code == 403


def test_people_are_found_compared_merged_and_taken_back(client, world: World) -> None:
    known = {name: str(id_) for name, id_ in partners.fill(world).items()}
    julia, kim = known["julia"], known["kim"]
    path = f"/people/{julia}/merge"
    at = plain(client.get(f"/accounts/{own_account(1, '1')}/people?lang=ru").text)
    assert f'href="{path}" aria-label="Объединить Павлова Юлия с…"' in at
    beside = plain(client.get(path).text)  # who else is at the same customer
    assert f'href="{path}/{kim}?q="' in beside
    assert f"{path}/{julia}" not in beside
    assert "kim@romashka.example" in beside
    assert "Ничего не нашлось." in client.get(f"{path}?q=тюльпан").text
    both = plain(client.get(f"{path}/{kim}").text)
    assert both.index(">Павлова Юлия</th>") < both.index(">Олег Ким</th>")
    assert '<span aria-hidden="true">+</span> оба из одного клиента' in both
    assert '<span aria-hidden="true">−</span> разные имена' in both
    post(client, "/matches/people", ("one", "1:7"), ("other", "2:80"), ("do", "apart"))
    assert "Уже решено, что это разные люди: на странице, " in client.get(f"{path}/{kim}").text
    done = post(client, path, ("other", kim), ("note", "сестра"))
    assert done.headers["location"] == "/matches/people/decisions?did=merge&decision=2"
    assert "Теперь это один человек." in client.get(done.headers["location"]).text
    again = post(client, path, ("other", kim)).headers["location"]
    assert again == "/matches/people?did=stale"
    assert client.get(f"{path}/{kim}").status_code == 404
    assert post(client, "/matches/people/decisions/2/undo").status_code == 303
    assert client.get(f"/people/{kim}/merge").status_code == 200
    assert post(client, path, ("other", julia)).status_code == 400
    assert post(client, path, origin="https://evil.example").status_code == 403
