"""Personal data on the pages and in the API: looked at, told, erased, kept for a time."""

import pytest
import sqlalchemy as sa

from kam_sync.accounts.match import own_account
from tests.fakes.connecting import ask
from tests.web import partners
from tests.web.test_account_page import plain
from tests.web.test_matches_page import post
from tests.web.world import World


@pytest.fixture
def julia(world: World) -> str:
    """A person whom two CRMs know."""
    return str(partners.fill(world)["julia"])


def test_a_person_is_looked_at_told_and_erased_on_the_pages(client, world, julia) -> None:
    page = plain(client.get(f"/people/{julia}?lang=ru").text)
    assert "Павлова Юлия" in page
    assert "Права субъекта персональных данных" in page
    told = client.get(f"/privacy/people/{julia}/export")
    assert told.headers["content-disposition"].startswith("attachment")
    assert told.json()["person"]["emails"] == ["jp@romashka.example"]
    asked = plain(client.get(f"/privacy/people/{julia}/erase").text)
    assert "Отменить это нельзя" in asked
    assert "Оригинал в CRM: other, sales" in asked
    assert post(client, f"/privacy/people/{julia}/erase", ("reason", "x")).status_code == 400
    sure = [("reason", "заявление"), ("sure", "yes")]
    evil = "https://evil.example"
    assert post(client, f"/privacy/people/{julia}/erase", *sure, origin=evil).status_code == 403
    done = post(client, f"/privacy/people/{julia}/erase", *sure)
    assert done.headers["location"].startswith(f"/privacy/erasures/{julia}")
    protocol = plain(client.get(done.headers["location"]).text)
    assert "Акт об уничтожении" in protocol
    assert "заявление" in protocol
    assert "(данные уничтожены)" in client.get(f"/people/{julia}").text
    assert ask(world.services, "SELECT count(*) FROM contact WHERE name LIKE '%авлов%'") == [(0,)]
    again = post(client, f"/privacy/erasures/{julia}/allow", ("reason", "новый договор"))
    assert "новый договор" in client.get(again.headers["location"]).text


def test_who_looked_is_written_down_and_shown(client, julia) -> None:
    account = own_account(1, "1")
    client.get(f"/accounts/{account}/people")
    client.get(f"/people/{julia}")
    client.get("/api/v1/contacts")
    client.get(f"/api/v1/accounts/{account}/contacts")
    client.get(f"/export/contacts.csv?account={account}")
    client.get("/sources/1/records/contact/7")
    log = client.get("/api/v1/privacy/events").json()["items"]
    assert [(one["did"], one["how"], one["about"], one["count"]) for one in log] == [
        ("read", "page", "record", 1), ("exported", "export", "account", 1),
        ("read", "api", "account", 4), ("read", "api", "contacts", 4),
        ("read", "page", "person", 1), ("read", "page", "account", 3),
    ]  # fmt: skip
    assert {one["who"] for one in log} == {"local"}
    assert log[4]["subject"] == julia
    shown = plain(client.get(f"/privacy/log?subject={julia}&lang=ru").text)
    assert "на этой машине" in shown
    assert shown.count("просмотр") >= 1
    first = client.get("/api/v1/privacy/events?limit=2").json()
    second = client.get(f"/api/v1/privacy/events?limit=9&cursor={first['next_cursor']}").json()
    assert first["items"] + second["items"] == log
    assert "на этой машине" in client.get("/export/privacy-log.csv?lang=ru").text


def test_terms_are_set_on_the_page_and_in_the_api(client) -> None:
    done = post(client, "/privacy/retention/texts", ("days", "365"))
    assert "Сохранено" in client.get(f"{done.headers['location']}&lang=ru").text
    terms = {one["kind"]: one for one in client.get("/api/v1/privacy/retention").json()}
    assert (terms["texts"]["days"], terms["texts"]["set_by"]) == (365, "local")
    post(client, "/privacy/retention/texts", ("days", ""))
    assert client.get("/api/v1/privacy/retention").json()[2]["days"] is None
    assert client.put("/api/v1/privacy/retention/texts", json={"days": 0}).status_code == 422
    assert post(client, "/privacy/retention/texts", ("days", "x")).status_code == 400
    assert client.delete("/api/v1/privacy/retention/texts").json()["days"] == 1095


def test_the_page_finds_people_and_those_who_were_erased(client, julia) -> None:
    found = post(client, "/privacy?lang=ru", ("q", "8 916 123-45-67")).text
    assert f'href="/people/{julia}"' in found
    assert "Это не почта" in post(client, "/privacy", ("q", "Юлия")).text
    wish = {"reason": "request", "dry_run": True}
    tried = client.post(f"/api/v1/privacy/people/{julia}/erase", json=wish).json()
    assert tried["counts"]["contact"] == 2
    done = client.post(f"/api/v1/privacy/people/{julia}/erase", json={**wish, "dry_run": False})
    assert done.json()["counts"] == tried["counts"]
    known = client.post("/api/v1/privacy/people/find", json={"who": "+79161234567"}).json()
    assert (known["people"], [one["id"] for one in known["erased"]]) == ([], [julia])
    assert [one["id"] for one in client.get("/api/v1/privacy/erasures").json()] == [julia]
    assert f"/privacy/erasures/{julia}" in post(client, "/privacy", ("q", "+79161234567")).text
    allowed = client.post(f"/api/v1/privacy/erasures/{julia}/allow", json={"reason": "contract"})
    assert allowed.json()["allowed_why"] == "contract"
    assert len(client.get("/api/v1/privacy/inventory").json()) == 10


def test_the_strictest_word_of_all_crms_holds(client, world, julia) -> None:
    for source, consent, silence in ((1, True, None), (2, False, True)):
        with world.services.database.transaction() as session:
            query = "UPDATE contact SET consent = :c, do_not_contact = :d WHERE source_id = :s"
            session.execute(sa.text(query), {"c": consent, "d": silence, "s": source})
    shown = plain(client.get(f"/people/{julia}?lang=ru").text)
    assert '<span class="badge bad">нет согласия</span>' in shown
    assert '<span class="badge bad">не связываться</span>' in shown
    said = client.get(f"/api/v1/people/{julia}").json()
    assert (said["consent"], said["do_not_contact"]) == (False, True)
    told = client.get(f"/export/contacts.csv?account={own_account(1, '1')}&plain=1").text
    assert "no" in told.splitlines()[1] or "нет" in told.splitlines()[1]
