"""The page Same customers: what waits, both answers, taking back; the account page beside it."""

import re
from urllib.parse import urlencode
from uuid import UUID

import pytest

from kam_sync.accounts.match import own_account
from tests.web import twins
from tests.web.test_account_page import plain
from tests.web.world import World


@pytest.fixture
def pair(world: World) -> tuple[UUID, UUID]:
    """The accounts of the dearer question."""
    return twins.fill(world)


def post(client, path: str, *fields: tuple[str, str], origin: str = "http://testserver"):
    """A form as a browser sends it."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
    return client.post(path, content=urlencode(fields), headers=headers, follow_redirects=False)


def test_both_companies_stand_side_by_side_with_what_speaks_for_them(client, pair) -> None:
    text = plain(client.get("/matches?lang=ru").text)
    assert text.index("ООО «Вега» · Vega") < text.index("Лютик · Лютик")
    assert "<td>7728168971</td><td>7736050003</td>" in text
    assert '<span aria-hidden="true">+</span> телефон совпадает: +7 495 765-43-21' in text
    assert '<span aria-hidden="true">−</span> разные ИНН: 7728168971, 7736050003' in text
    assert 'title="2 100 ₽"' in text
    assert 'title="900 ₽"' in text
    assert "Ромашка" not in text
    assert "Здесь этого мало: один ИНН дважды в одной CRM или с филиалами" in text


def test_the_number_that_waits_stands_in_the_navigation(client, pair) -> None:
    text = plain(client.get("/accounts?lang=en").text)
    badge = '<span class="badge" title="waiting for an answer">2</span>'
    assert f'<a href="/matches">Review {badge}</a>' in text


def test_an_empty_page_says_what_comes_here(client, world: World) -> None:
    assert "Подключить CRM" in client.get("/matches?lang=ru").text
    world.add_source()
    assert "Смотреть нечего" in client.get("/matches?lang=ru").text
    assert "Nobody has to look at anything" in client.get("/matches?lang=en").text
    assert "Nobody has decided anything yet" in client.get("/matches/decisions?lang=en").text


def test_a_merge_by_the_page_leads_from_one_account_to_the_other(client, pair) -> None:
    one, other = (str(account) for account in pair)
    fields = [("one_account", one), ("other_account", other), ("note", " свой "), ("do", "merge")]
    done = post(client, "/matches", *fields)
    place = f"/matches?did=merge&account={one}&decision=1"
    assert (done.status_code, done.headers["location"]) == (303, place)
    text = plain(client.get(f"{place}&lang=ru").text)
    assert "Теперь это один клиент. Показатели пересчитаются сами" in text
    assert f'в течение минуты. <a href="/accounts/{one}">К клиенту</a>' in text
    told = text[text.index('role="status"') :].partition("</div>")[0]
    assert 'action="/matches/decisions/1/undo"' in told
    assert "на странице, " in text
    assert '<p class="said">свой</p>' in text
    for path in ("", "/deals"):
        moved = client.get(f"/accounts/{other}{path}", follow_redirects=False)
        assert (moved.status_code, moved.headers["location"]) == (307, f"/accounts/{one}{path}")
    made_of = plain(client.get(f"/accounts/{one}/data").text)
    assert "С этой компании клиент начался." in made_of
    assert '</span> ООО «Вега»: <a href="/matches/decisions">на странице, ' in made_of

    stale = post(client, "/matches", *fields).headers["location"]
    assert stale == f"/matches?did=stale&account={one}"
    told = plain(client.get(stale).text)
    assert "Ничего не изменилось: одна из двух сторон уже относится к другой" in told
    assert f'<a href="/accounts/{one}">К клиенту</a>' in told

    undone = post(client, "/matches/decisions/1/undo")
    assert undone.headers["location"] == "/matches?did=undo"
    twice = post(client, "/matches/decisions/1/undo").headers["location"]
    assert "Это решение уже отменено." in client.get(twice).text
    assert "отменено: на странице, " in plain(client.get("/matches/decisions").text)
    assert client.get(f"/accounts/{other}", follow_redirects=False).status_code == 200


def test_companies_are_kept_apart_by_the_page(client, pair) -> None:
    done = post(client, "/matches", ("one", "1:1"), ("other", "2:17"), ("do", "apart"))
    assert done.headers["location"] == "/matches?did=apart&decision=1"
    again = post(client, "/matches", ("one", "2:17"), ("other", "1:1"), ("do", "apart"))
    assert again.headers["location"] == "/matches?did=apart&decision=1"
    text = client.get("/matches").text
    assert "ООО «Вега» · Vega" not in text
    assert "разные клиенты" in text


def test_the_account_page_says_why_and_splits(client, pair) -> None:
    account = own_account(1, "3")
    text = plain(client.get(f"/accounts/{account}/data?lang=ru").text)
    assert re.search(r'Объединено с <span class="badge">\w+</span>', text)
    assert '<li class="for"><span>+</span> ИНН совпадает: 7707083893</li>' in text
    for ticked in ([], [("company", "2:19"), ("company", "1:3")]):
        kept = post(client, f"/accounts/{account}/split", ("note", ""), *ticked)
        assert kept.headers["location"] == f"/accounts/{account}/data?did=kept#companies"
    told = client.get(f"/accounts/{account}/data?did=kept").text
    assert "Ничего не отделено: отметьте компании, которые относятся к другому" in told
    done = post(client, f"/accounts/{account}/split", ("company", "2:19"), ("note", ""))
    place = f"/matches/decisions?did=split&account={account}&decision=1"
    assert done.headers["location"] == place
    assert "Из каких компаний состоит" not in client.get(f"/accounts/{account}/data").text
    assert "Теперь это отдельный клиент." in client.get("/matches/decisions?did=split").text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/matches", [], 400),
        ("/matches", [("do", "merge")], 404),
        ("/matches", [("do", "apart"), ("one", "1"), ("other", "2:17")], 400),
        ("/matches", [("do", "apart"), ("one", "1:404"), ("other", "2:17")], 404),
        ("/matches", [("do", "apart"), ("one", f"{10**20}:1"), ("other", "2:17")], 400),
        ("/matches?cursor=x", None, 400),
        ("/matches/decisions?cursor=x", None, 400),
        ("/accounts/OWN/split", [("company", "x")], 400),
        ("/accounts/x/split", [], 404),
        ("/matches/decisions/9/undo", [], 404),
    ],
)
def test_what_cannot_be_is_refused(client, pair, path: str, fields, status: int) -> None:
    at = path.replace("OWN", str(pair[0]))
    found = client.get(at) if fields is None else post(client, at, *fields)
    assert found.status_code == status


def test_another_site_may_not_press_the_buttons(client, pair) -> None:
    for path in ("/matches", "/matches/decisions/1/undo", f"/accounts/{pair[0]}/split"):
        assert post(client, path, origin="https://evil.example").status_code == 403
