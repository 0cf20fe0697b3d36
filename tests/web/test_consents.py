"""A person connects amoCRM by OAuth, over our pages and the sandbox's consent page."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.web.app import create_app
from kam_sync.wiring import Services
from tests.fakes.browsing import link_in, parameters, target, ways_back
from tests.fakes.connecting import ask, connect_by_oauth
from tests.web.conftest import TestClient
from tests.web.shop import APP, exchanges, states, typed


def begun(client: Any, box: AmoSandbox) -> dict[str, str]:
    """Fill in the form and go to the consent page; where that leads."""
    return ways_back(link_in(client.post("/sources/connect", data=typed(box)).text, box))


def test_a_person_connects_amocrm_and_is_led_to_the_field_map(
    client, services: Services, box: AmoSandbox
) -> None:
    back = begun(client, box)
    came = client.get(target(back["allow"]))
    assert came.status_code == 200
    assert 'href="/sources/sales/fields"' in came.text
    assert parameters(back["allow"])["code"] not in str(came.url) + came.text
    assert client.get("/api/v1/sources/sales").json()["opened_by"] == "oauth"
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name("sales").id
    assert flow.sync(services, source_id).state is RunState.DONE


def test_a_referer_of_a_stranger_is_not_told_the_secret(
    client, services: Services, box: AmoSandbox
) -> None:
    with AmoSandbox(MadeUpWorld(size=1, deals=1, contacts=1), rate=0) as stranger:
        settings = services.settings.model_copy(update={"crm_hosts": box.host})
        careful = TestClient(create_app(replace(services, settings=settings)))
        back = begun(careful, box)
        ours, theirs = (one.host.replace(":", "%3A") for one in (box, stranger))
        forged = target(back["allow"]).replace(f"referer={ours}", f"referer={theirs}")
        assert theirs in forged
        page = careful.get(forged).text
        assert "KAM_SYNC_CRM_HOSTS" in page
        assert len(stranger.requests) == 0
    assert exchanges(box) == 0
    assert states(services) == {}


def test_a_refusal_is_told_and_changes_nothing(client, services: Services, box: AmoSandbox) -> None:
    page = client.get(target(begun(client, box)["refuse"])).text
    assert "В CRM отказали в доступе" in page
    assert states(services) == {}
    assert exchanges(box) == 0


def test_a_name_that_was_taken_meanwhile_is_said_on_the_page(
    client, services: Services, box: AmoSandbox
) -> None:
    back = target(begun(client, box)["allow"])
    client.post("/sources/connect", data=typed(box, token=box.token))
    assert "Источник с таким названием уже есть" in client.get(back).text
    assert exchanges(box) == 0


def test_a_link_is_good_once(client, services: Services, box: AmoSandbox) -> None:
    back = target(begun(client, box)["allow"])
    assert client.get(back).status_code == 200
    again = client.get(back)
    assert "доступ открыт" in again.text
    assert exchanges(box) == 1


def test_a_link_is_good_for_twenty_minutes(client, services: Services, box: AmoSandbox) -> None:
    back = target(begun(client, box)["allow"])
    late = replace(services, now=lambda: services.now() + timedelta(minutes=21))
    page = TestClient(create_app(late)).get(back).text
    assert "больше не действует" in page
    assert exchanges(box) == 0


@pytest.mark.parametrize("query", ["", "?code=abc", "?code=abc&state=unknown&referer=127.0.0.1:1"])
def test_a_visit_without_a_state_of_ours_does_nothing(
    client, services: Services, box: AmoSandbox, query: str
) -> None:
    answer = client.get(f"/oauth/amocrm/callback{query}")
    assert answer.status_code == 200
    assert "больше не действует" in answer.text
    assert "abc" not in answer.text
    assert exchanges(box) == 0


def test_a_link_that_nobody_can_have_given_out_is_no_failure(client) -> None:
    assert client.get("/oauth/consents/%00").status_code == 422


def test_a_code_that_was_used_elsewhere_says_to_begin_again(
    client, services: Services, box: AmoSandbox
) -> None:
    back = begun(client, box)["allow"]
    box.oauth.exchange(parameters(back)["code"])
    page = client.get(target(back)).text
    assert "allow once more" in page
    assert parameters(back)["code"] not in page
    assert states(services) == {}


def test_a_consent_that_breaks_off_unexpectedly_has_failed_and_says_so(
    client, services: Services, box: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    back = target(begun(client, box)["allow"])
    monkeypatch.setattr("kam_sync.connecting.add", broken)
    page = client.get(back)
    assert page.status_code == 200
    assert "unexpected" in page.text
    assert ask(services, "SELECT state FROM consent") == [("failed",)]


def test_what_a_code_was_worth_is_kept_until_the_account_is_paid_for(
    client, services: Services, box: AmoSandbox
) -> None:
    back = target(begun(client, box)["allow"])
    box.faults.append(Fault(path="/api/v4/account", times=None, status=402))
    page = client.get(back)
    assert "ещё не подключено" in page.text
    assert "разрешать заново ничего не нужно" in page.text
    assert states(services) == {}
    box.faults.clear()
    assert 'href="/sources/sales/fields"' in client.get(target(str(page.url))).text
    assert states(services) == {"sales": ("active", "")}
    assert exchanges(box) == 1
    assert ask(services, "SELECT state, sealed_app, sealed_grant FROM consent") == [
        ("done", "", "")
    ]


def test_a_source_is_opened_anew_by_the_same_account_alone(
    client, services: Services, box: AmoSandbox
) -> None:
    source = connect_by_oauth(services, box, "sales")
    box.oauth.revoke()
    flow.sync(services, source.id)
    assert states(services)["sales"][0] == "needs_reauth"
    assert 'href="/sources/sales/reauth"' in client.get("/sources/sales").text
    assert client.get("/api/v1/sources/sales").json()["next_step"] == "kam-sync source reauth sales"

    with services.database.transaction() as session:
        SourceStore(session).learn(source.id, account="7", name="", facts={})
    wrong = ways_back(link_in(client.post("/sources/sales/reauth").text, box))
    assert "this is account 30000001" in client.get(target(wrong["allow"])).text
    assert states(services)["sales"][0] == "needs_reauth"

    with services.database.transaction() as session:
        SourceStore(session).learn(source.id, account="30000001", name="", facts={})
    right = ways_back(link_in(client.post("/sources/sales/reauth").text, box))
    assert "доступ открыт" in client.get(target(right["allow"])).text
    assert states(services) == {"sales": ("active", "")}


def test_a_source_with_a_token_is_opened_anew_by_another_one(
    client, services: Services, box: AmoSandbox
) -> None:
    client.post("/sources/connect", data=typed(box, token=box.token))
    with services.database.transaction() as session:
        source = SourceStore(session).by_name("sales")
        SourceStore(session).set_state(source.id, SourceState.NEEDS_REAUTH, "refused")
    assert client.post("/sources/sales/reauth", data={"token": "wrong"}).status_code == 400
    fresh = box.oauth.long_lived(10 * 86_400)
    assert client.post("/sources/sales/reauth", data={"token": fresh}).status_code == 200
    assert states(services)["sales"][0] == "active"
    assert "продлить его нельзя" in client.get("/sources/sales").text


def test_a_source_that_no_administrator_opened_is_warned_about(
    client, services: Services, box: AmoSandbox
) -> None:
    source = connect_by_oauth(services, box, "sales")
    assert "не администратор" not in client.get("/sources/sales").text
    with services.database.transaction() as session:
        facts = {"is_admin": "no"}
        SourceStore(session).learn(source.id, account="30000001", name="", facts=facts)
    assert "не администратор" in client.get("/sources/sales").text


def test_no_secret_of_a_whole_round_is_left_where_it_can_be_read(
    client, services: Services, box: AmoSandbox, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells what this test's browser asks
    back = begun(client, box)["allow"]
    shown = [client.get(target(back)).text, client.get(target(back) + "&lang=en").text]
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name("sales").id
    first = services.granting.grant_of(source_id)
    assert first is not None
    services.granting.renew(source_id, first.access_token)
    second = services.granting.grant_of(source_id)
    assert second is not None
    box.oauth.revoke()
    flow.sync(services, source_id)
    ways = ("/sources", "/api/v1/sources", "/api/v1/sources/sales", "/api/v1/runs", "/metrics")
    shown += [client.get(way).text for way in ways]
    tables = ask(services, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        rows = ask(services, f"SELECT row_to_json(t)::text FROM {table} t")
        shown += [row for (row,) in rows]
    shown += [caplog.text, *capfd.readouterr()]

    came = parameters(back)
    secrets = [came["code"], came["state"], APP.client_secret]
    secrets += [first.access_token, first.refresh_token, second.access_token, second.refresh_token]
    everything = "\n".join(shown)
    assert "needs_reauth" in everything
    assert [secret[:12] for secret in secrets if secret in everything] == []
