"""A key account manager is shown own accounts by every route, and nothing of anybody else's."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import kam_sync.web.deps
from kam_sync.access import keys
from kam_sync.access.model import Actor, Role
from kam_sync.accounts.seen import SEEN, Seen, Whose
from kam_sync.accounts.store import Own
from kam_sync.base.db import Database, Session
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.web.app import create_app
from kam_sync.web.own import CHANGES
from kam_sync.wiring import Services
from tests.conftest import NOW, empty, stopped_at
from tests.web.conftest import TestClient
from tests.web.two_kams import House, asked_by, fill
from tests.web.walking import leaks, routes, ways
from tests.web.world import World

_ENDLESS = ("/events", "/openapi.json")
"""One has no end, the other tells of a made-up company, the same to everybody."""
_OF_ACCESS = ("/login", "/logout", "/me", "/settings/", "/api/v1/keys", "/api/v1/members")
"""They hold no accounts; who may there is said by the gate alone."""
_SEARCHES = ("?q={word}", "?text={word}", "?kam={email}", "?owner={email}", "?group=true")
_SAID = {
    "snooze": {"until": "2026-12-01T00:00:00Z"}, "expect": {"until": "2026-12-01T00:00:00Z"},
    "resolve": {"outcome": "real"}, "comment": {"note": "by the way"}, "assign": {"assignee": "I"},
}  # fmt: skip


@pytest.fixture(scope="module")
def house(settings: Settings, migrated: Database) -> Iterator[House]:
    """Two managers, once for all tests here: none of them may change anything."""
    services = Services(settings, migrated, open_cipher(settings), as_of=stopped_at(NOW))
    yield fill(World(services))
    empty(migrated)


@pytest.fixture
def anna(house: House) -> Iterator[TestClient]:
    """The application as one of them sees it."""
    app = create_app(house.world.services, defer_write=house.world.defer_write)
    with TestClient(
        asked_by(house.anna.who, app), raise_server_exceptions=False, follow_redirects=False
    ) as client:
        yield client


@pytest.fixture(scope="module")
def key(house: House) -> str:
    """A key with which a program asks in the name of one of them."""
    wish = keys.KeyWish("phone", Role.KAM, keeper_keys=(house.anna.email,))
    with house.world.services.database.transaction() as session:
        return keys.make(session, wish, Actor("test"), NOW)[1]


@pytest.fixture
def phone(house: House, key: str) -> Iterator[TestClient]:
    """The application as it is reached with that key: through the gate, as it really is."""
    app = create_app(house.world.services, defer_write=house.world.defer_write)
    headers = {"Authorization": f"Bearer {key}"}
    with TestClient(
        app, raise_server_exceptions=False, follow_redirects=False, headers=headers
    ) as client:
        yield client


def found_by(anna: TestClient, house: House, addresses: list[str]) -> list[tuple[str, str]]:
    """What answers tell that they must not."""
    found = []
    for address in addresses:
        answer = anna.get(address)
        found += [(address, word) for word in leaks(answer, house, address)]
        found += [(address, answer.text[:200])] * (answer.status_code >= 500)
    return found


def test_no_route_shows_what_is_somebody_elses(anna, house: House) -> None:
    paths = [path for _, path in routes("GET") if path not in _ENDLESS]
    assert len(paths) > 130
    theirs = [ways(house, house.boris, path)[0] for path in paths]
    own = [ways(house, house.anna, path)[0] for path in paths if "{" in path]
    assert found_by(anna, house, [*theirs, *own]) == []


def test_a_key_sees_what_its_keepers_look_after(phone, house: House) -> None:
    for noun in ("accounts", "alerts", "deals", "tasks"):
        assert phone.get(f"/api/v1/{noun}").status_code in {200, 403}
    assert len(phone.get("/api/v1/accounts").json()["items"]) == 4
    alert, other = house.anna.alerts[-1], house.boris.alerts[0]
    said = {"note": "looked at"}
    assert phone.post(f"/api/v1/alerts/{alert}/comment", json=said).status_code == 200
    assert phone.post(f"/api/v1/alerts/{other}/comment", json=said).status_code == 404
    assert phone.put("/api/v1/rates", json={}).status_code == 403


def test_all_of_it_would_be_seen_without_a_restriction(house: House) -> None:
    with TestClient(create_app(house.world.services)) as client:
        for address in ("/accounts", "/portfolio", "/api/v1/deals", "/export/accounts.csv", "/"):
            assert leaks(client.get(address), house, address) != [], address
        found = leaks(client.get("/api/v1/deals"), house, "")
        assert any(word.isdigit() for word in found), found


def taken(described: dict[str, Any], path: str) -> list[str]:
    """The searches that a path knows; a page may know any."""
    if "{" in path:
        return []
    if path not in described:
        return list(_SEARCHES)
    known = {one["name"] for one in described[path]["get"].get("parameters", [])}
    return [one for one in _SEARCHES if one[1:].partition("=")[0] in known]


@pytest.mark.heavy
def test_nor_does_any_search_or_any_of_their_records(anna, phone, house: House) -> None:
    said = {"word": house.boris.word, "email": house.boris.email}
    described, addresses = create_app(house.world.services).openapi()["paths"], []
    for _, path in routes("GET"):
        searches = [one.format(**said) for one in taken(described, path)]
        sides = (house.anna, house.boris)
        addresses += [way for side in sides for way in ways(house, side, path)]
        addresses += [path + search for search in searches]
    addresses = [one for one in addresses if not one.startswith(_ENDLESS)]
    assert found_by(anna, house, addresses) == []
    assert found_by(phone, house, addresses) == []


def test_a_group_in_which_others_take_part_is_not_added_up(anna, house: House) -> None:
    shared = house.anna.accounts[-1]
    paths = [path for _, path in routes("GET") if path.count("{account_id}")]
    asked = [ways(house, house.anna, path)[0] for path in paths]
    asked = [one.replace(str(house.anna.accounts[0]), str(shared)) for one in asked]
    assert found_by(anna, house, [*asked, *(f"{one}?group=true" for one in asked)]) == []
    values = [
        [one["newest"]["value"] for one in anna.get(way).json()["items"]]
        for way in (f"/api/v1/accounts/{shared}/kpis?group=true", f"/api/v1/accounts/{shared}/kpis")
    ]
    assert values[0] == values[1]


def test_own_accounts_are_shown_whole(anna, house: House) -> None:
    head, branch, lone, merged, shared = house.anna.accounts
    assert {one["id"] for one in anna.get("/api/v1/accounts").json()["items"]} == {
        str(head), str(branch), str(lone), str(shared)
    }  # fmt: skip
    assert anna.get(f"/accounts/{merged}").headers["location"] == f"/accounts/{lone}"
    page = anna.get(f"/accounts/{head}").text
    assert house.anna.name("ООО") in page
    for part in ("contacts", "deals", "timeline"):
        answer = anna.get(f"/api/v1/accounts/{head}/{part}").json()
        assert house.anna.word in str(answer["items"]), part
    whole = anna.get(f"/api/v1/accounts/{head}/kpis/won_revenue?group=true").json()
    alone = anna.get(f"/api/v1/accounts/{head}/kpis/won_revenue").json()
    assert whole != alone
    group = anna.get(f"/api/v1/accounts/{head}/group").json()
    assert [one["id"] for one in group["members"]] == [str(head), str(branch)]
    group = anna.get(f"/api/v1/accounts/{shared}/group").json()
    assert [one["id"] for one in group["members"]] == [str(shared)]  # the branch is another's
    for noun in ("tasks", "invoices", "purchases", "activities", "facts/payments"):
        items = anna.get(f"/api/v1/{noun}").json()["items"]
        assert len(items) == (2 if noun == "invoices" else 1), noun
    alerts = anna.get("/api/v1/alerts").json()["items"]
    assert {one["id"] for one in alerts} == set(map(str, house.anna.alerts))
    assert house.anna.word in anna.get("/").text


def test_sums_are_those_of_own_accounts(anna, house: House) -> None:
    portfolio = anna.get("/api/v1/portfolio").json()
    accounts = anna.get("/api/v1/portfolio/accounts").json()["items"]
    assert [one["place"] for one in accounts] == [1, 2, 3]
    assert [one["account"] for one in accounts] == [
        str(house.anna.accounts[number]) for number in (0, 2, 4)
    ]  # fmt: skip
    shown = sum(Decimal(one["amount"]["amount"]) for one in accounts)
    assert Decimal(portfolio["total"]["amount"]) == shown
    assert accounts[-1]["cumulative"] == 100
    [kam] = portfolio["kams"]
    assert (kam["key"], kam["alerts"]) == (house.anna.email, len(house.anna.alerts))


def test_what_is_somebody_elses_cannot_be_changed(anna, house: House) -> None:
    before = contents(house)
    for method, path in routes("POST", "PUT", "PATCH", "DELETE"):
        if path.startswith(_OF_ACCESS):
            continue
        for side in (house.boris, house.anna):
            if side is house.anna and path in CHANGES:
                continue
            said = _SAID.get(path.rsplit("/", 1)[-1], {})
            status = anna.request(method, ways(house, side, path)[0], json=said).status_code
            wanted = 404 if path in CHANGES else 403
            assert status == wanted or (status == 422 and path not in CHANGES), (path, status)
    assert contents(house) == before


def test_own_alerts_are_answered(anna, house: House) -> None:
    alert = house.anna.alerts[0]
    for path, named in CHANGES.items():
        act = path.rsplit("/", 1)[-1]
        if named == "alert_id" and act in _SAID and act != "resolve":
            way = path.format(alert_id=alert)
            assert anna.post(way, json=_SAID[act]).status_code == 200, path
    history = anna.get(f"/api/v1/alerts/{alert}").json()["history"]
    assert "by the way" in [one["note"] for one in history]


def test_who_looks_after_nothing_is_told_so(house: House) -> None:
    nobody = house.anna.who.__class__("user:9", "Вера", house.anna.who.role, ("vera@example.org",))
    with TestClient(asked_by(nobody, create_app(house.world.services))) as client:
        page = client.get("/accounts?lang=en").text
        assert "No account is yours yet" in page
        assert client.get("/api/v1/accounts").json()["items"] == []
        portfolio = client.get("/api/v1/portfolio").json()
        assert (portfolio["total"], portfolio["kams"], portfolio["at_start"]) == (None, [], 0)


def test_the_database_shows_nothing_to_who_looks_after_nothing(house: House) -> None:
    """Neither to a role to which nobody has said whose accounts are its own."""
    limited = {Whose.NOBODY, Whose.EVERYONE, Whose.LIMITED}
    tables = {name: seen for name, seen in SEEN.items() if seen.whose not in limited}
    database = house.world.services.database
    with database.transaction() as session:
        full = {name for name, seen in tables.items() if session.execute(rows(name, seen)).all()}
        assert {"account", "alert", "deal", "contact", "invoice", "task"} <= full
        assert len(full) > 20, sorted(tables.keys() - full)
    for restrict in (Own(("nobody@example.org",)).restrict, be_the_role):
        with database.transaction() as session:
            restrict(session)
            for name, seen in tables.items():
                assert session.execute(rows(name, seen)).all() == [], name
            assert session.scalar(sa.text("SELECT count(*) FROM own_standing")) == 0


def rows(name: str, seen: Seen) -> sa.TextClause:
    """Asks for what a key account manager may see of a table."""
    columns = ", ".join(f'"{one}"' for one in seen.columns) or "*"
    return sa.text(f'SELECT {columns} FROM "{name}"')


def be_the_role(session: Session) -> None:
    """Change into the role, and say nothing of accounts."""
    session.execute(sa.text("SET LOCAL ROLE kam_sync_kam"))


def test_only_what_holds_no_accounts_is_given_all_whoever_asks() -> None:
    web = Path(kam_sync.web.deps.__file__).parent
    users = {file.name for file in web.rglob("*.py") if "Whole" in file.read_text()}
    assert users == {
        "deps.py", "me.py", "members.py", "keys.py",
        "noting.py", "person.py",  # the log of personal data, and whether a person was erased
    }  # fmt: skip


def contents(house: House) -> dict[str, Any]:
    """A digest of every table."""
    with house.world.services.database.transaction() as session:
        return {
            table: session.scalar(
                sa.text(
                    f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t'
                )
            )
            for table in SEEN.keys() - {"privacy_event"}  # it says who has looked
        }
