"""The page of same people, and people on the page of an account."""

import pytest

from kam_sync.accounts.match import own_account
from tests.web import partners
from tests.web.test_account_page import plain
from tests.web.test_matches_page import post
from tests.web.world import World


@pytest.fixture
def known(world: World) -> dict[str, str]:
    """The ids of people."""
    return {name: str(id_) for name, id_ in partners.fill(world).items()}


def test_both_contacts_are_shown_merged_and_taken_back(client, known) -> None:
    text = plain(client.get("/matches/people?lang=ru").text)
    assert "Олег Ким · Олег Ким" in text
    assert '<span aria-hidden="true">+</span> имя совпадает' in text
    assert "Павлова" not in text
    badge = '<span class="badge" title="ждут ответа">1</span>'
    assert f'<a href="/matches/people" aria-current="page">Люди {badge}</a>' in text
    fields = [("one_person", known["oleg"]), ("other_person", known["kim"]), ("do", "merge")]
    done = post(client, "/matches/people", *fields)
    place = "/matches/people?did=merge&decision=1"
    assert (done.status_code, done.headers["location"]) == (303, place)
    stale = post(client, "/matches/people", *fields).headers["location"]
    assert "эти двое уже объединены" in client.get(stale).text
    text = plain(client.get(place).text)
    assert 'action="/matches/people/decisions/1/undo"' in text
    assert "Теперь это один человек." in text
    assert "Вопросов о людях нет" in text
    assert post(client, "/matches/people/decisions/1/undo").status_code == 303
    assert "отменено: на странице, " in plain(client.get("/matches/people/decisions").text)
    apart = [("one", "1:8"), ("other", "2:80"), ("do", "apart")]
    assert post(client, "/matches/people", *apart).status_code == 303
    assert "разные люди" in client.get("/matches/people").text


def test_an_account_shows_each_person_once_and_splits(client, known) -> None:
    account = own_account(1, "1")
    text = plain(client.get(f"/accounts/{account}/people?lang=ru").text)
    assert text.count(">Павлова Юлия</a></strong>") == 1
    assert text.count("tel:+79161234567") == 1
    assert "С этого контакта человек начался." in text
    kept = post(client, f"/people/{known['julia']}/split").headers["location"]
    assert "отметьте контакты, которые принадлежат другому" in client.get(kept).text
    done = post(client, f"/people/{known['julia']}/split", ("contact", "2:70"))
    assert done.headers["location"] == "/matches/people/decisions?did=split&decision=1"
    assert "Теперь это другой человек." in client.get(done.headers["location"]).text
    assert "Почему один человек?" not in client.get(f"/accounts/{account}/contacts").text


def test_what_cannot_be_is_refused(client, known) -> None:
    assert post(client, "/matches/people").status_code == 400
    assert post(client, "/matches/people", ("do", "merge")).status_code == 404
    assert client.get("/matches/people?cursor=x").status_code == 400
    evil = "https://evil.example"
    assert post(client, "/matches/people", origin=evil).status_code == 403
