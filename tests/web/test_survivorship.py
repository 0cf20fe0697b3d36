"""Which source is believed is shown, chosen and followed, by API and by page."""

from typing import Any
from uuid import UUID

import pytest

import connectors as gate
from connectors import Noun
from kam_sync import flow, removing
from kam_sync.accounts import believing
from tests.web.conftest import TestClient
from tests.web.world import WHEN, World

PATH = "/api/v1/survivorship"


@pytest.fixture
def account(world: World) -> UUID:
    """One customer of two CRMs that call it by different names; `sales` was changed last."""
    for name, called, segment in (("sales", "Ромашка", "A"), ("onec", "ООО «Ромашка»", "B")):
        company = gate.Company(
            "1", called, "7707083893", segment=segment, website="romashka.ru",
            updated_at=WHEN if name == "sales" else None,
        )  # fmt: skip
        world.save(world.add_source(name), Noun.COMPANY, company)
    flow.match(world.services)
    return world.account(1, "1")


def _name(client: TestClient, account: UUID | str) -> Any:
    return client.get(f"/api/v1/accounts/{account}").json()["name"]


def test_every_value_is_shown_with_the_one_that_is_believed(
    client: TestClient, account: UUID
) -> None:
    items = client.get(f"/api/v1/accounts/{account}/values").json()["items"]
    assert [one["field"] for one in items][:2] == ["name", "inn"]
    assert items[0]["value"] == "Ромашка"
    assert [(one["source"], one["value"], one["is_believed"]) for one in items[0]["told"]] == [
        ("sales", "Ромашка", True),
        ("onec", "ООО «Ромашка»", False),
    ]
    assert items[-1] == {"field": "contract_ends_on", "value": None, "told": []}


def test_accounts_follow_a_choice_with_the_next_matching(
    client: TestClient, world: World, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(believing, "BATCH", 1)
    alone = gate.Company("2", "Лютик")
    world.save(1, Noun.COMPANY, alone)
    chosen = client.put(PATH, json={"name": ["onec"], "segment": ["onec", "sales"]}).json()
    assert chosen["fields"][0] == {
        "field": "name", "sources": ["onec"], "by": "the API", "at": chosen["fields"][0]["at"],
    }  # fmt: skip
    flow.match(world.services)
    assert _name(client, account) == "ООО «Ромашка»"
    assert client.get(f"/api/v1/accounts/{account}").json()["segment"] == "B"
    world.save(1, Noun.COMPANY, gate.Company("1", "Ромашка!", "7707083893", updated_at=WHEN))
    assert _name(client, account) == "ООО «Ромашка»"
    again = client.put(PATH, json={"name": []}).json()
    flow.match(world.services)
    assert _name(client, account) == "Ромашка!"
    assert [(one["field"], one["sources"]) for one in again["history"]] == [
        ("name", []),
        ("segment", ["onec", "sales"]),
        ("name", ["onec"]),
    ]


def test_an_account_no_longer_shows_what_a_removed_source_said(
    client: TestClient, world: World, account: UUID
) -> None:
    removing.remove(world.services, "sales")
    left = client.get(f"/api/v1/accounts/{account}").json()["merged_into"]
    assert _name(client, left) == "ООО «Ромашка»"


def test_a_choice_that_says_nothing_new_is_no_history(client: TestClient, account: UUID) -> None:
    client.put(PATH, json={"name": ["onec"]})
    client.put(PATH, json={"name": ["2"], "inn": []})
    assert len(client.get(PATH).json()["history"]) == 1


@pytest.mark.parametrize(
    ("wanted", "status", "why"),
    [
        ({"colour": []}, 400, "no such field; there are: name, inn"),
        ({"name": ["onec", "2"]}, 400, "named twice"),
        ({"name": ["none"]}, 404, "no such source"),
        ({"name": "onec"}, 422, "list"),
    ],
)
def test_what_cannot_be_chosen_is_refused_whole(
    client: TestClient, account: UUID, wanted: dict[str, Any], status: int, why: str
) -> None:
    answer = client.put(PATH, json={"inn": ["onec"], **wanted})
    assert (answer.status_code, why in answer.json()["detail"]) == (status, True)
    assert client.get(PATH).json()["history"] == []


def test_another_site_may_not_choose(client: TestClient, account: UUID) -> None:
    stranger = {"Origin": "http://evil.example"}
    assert client.put(PATH, json={"name": []}, headers=stranger).status_code == 403
    assert client.post("/survivorship", data={"name": "onec"}, headers=stranger).status_code == 403


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "ru",
            [
                "Какому источнику верить", "на странице", 'aria-label="Изменить: Сегмент"',
                '<span class="wins">onec; иначе последнее изменение</span>',
                '<span class="wins">последнее изменение</span>', "задано по полям",
                "<li>Сегмент: onec; иначе последнее изменение ",
            ],
        ),
        (
            "en",
            [
                "Which source is believed", "on the page", 'aria-label="Change: Segment"',
                '<span class="wins">onec; otherwise the latest change</span>',
                '<span class="wins">the latest change</span>', "set per field",
                "<li>Segment: onec; otherwise the latest change ",
            ],
        ),
    ],
)  # fmt: skip
def test_the_order_is_set_on_its_page_and_the_account_shows_it(
    client: TestClient, account: UUID, lang: str, words: list[str]
) -> None:
    sent = {"name": ["", ""], "segment": ["", "onec", "onec"]}
    answer = client.post("/survivorship", data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/survivorship?saved=yes")
    page = client.get(f"/survivorship?lang={lang}").text
    for said in (*words, "<option selected>onec</option>"):
        assert said in page
    shown = client.get(f"/accounts/{account}/data?lang={lang}").text
    believed = {"ru": "верим", "en": "believed"}[lang]
    assert f'<td>onec</td><td>B <span class="badge good">{believed}</span></td>' in shown
    assert "<td>sales</td><td>A</td>" in shown


def test_one_order_of_all_fields_is_one_change(client: TestClient, account: UUID) -> None:
    client.post("/survivorship", data={"all": ["onec", "sales"]})
    fields = client.get(PATH).json()["fields"]
    assert [one["sources"] for one in fields] == [["onec", "sales"]] * 9
    page = client.get("/survivorship?lang=en").text
    assert page.count('<span class="wins">onec, sales; otherwise the latest change</span>') == 10
    assert page.count("<li>All fields: onec, sales; otherwise the latest change ") == 1


def test_with_one_source_there_is_nothing_to_choose(client: TestClient, world: World) -> None:
    assert "No CRM is connected yet" in client.get("/survivorship?lang=en").text
    world.add_source("sales")
    page = client.get("/survivorship?lang=en").text
    assert "Only one source is connected: sales." in page
    assert "<select" not in page
