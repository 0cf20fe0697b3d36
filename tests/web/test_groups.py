"""Groups are shown and changed by API and by page."""

from typing import Any
from uuid import UUID

import pytest

import connectors as gate
from connectors import Noun
from kam_sync import flow
from tests.web.conftest import TestClient
from tests.web.world import World

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def firms(world: World) -> list[UUID]:
    """A head office with a branch, both with deals, and a holding without."""
    source = world.add_source()
    inn = "7707083893"
    world.save(
        source,
        Noun.COMPANY,
        gate.Company("1", "ООО «Ромашка»", inn, "770701001"),
        gate.Company("2", "Ромашка Самара", inn, "631643001"),
        gate.Company("3", "Холдинг Луг"),
    )
    world.add_months(source, "1", 100, 300)
    world.add_months(source, "2", 20, 50)
    flow.match(world.services)
    return [world.account(source, id_) for id_ in "123"]


@pytest.fixture
def measured(world: World, firms: list[UUID]) -> list[UUID]:
    """The same, with their KPIs."""
    world.measure()
    return firms


def _members(group: Any) -> list[tuple[str, int, str | None]]:
    return [(one["name"], one["depth"], one["set_by"]) for one in group["members"]]


def test_branches_stand_below_their_head_office(client: TestClient, firms: list[UUID]) -> None:
    head, branch, _ = firms
    group = client.get(f"/api/v1/accounts/{head}/group").json()
    assert (group["parent"], group["decisions"]) == (None, [])
    assert _members(group) == [("ООО «Ромашка»", 0, None), ("Ромашка Самара", 1, None)]
    assert client.get(f"/api/v1/accounts/{branch}/group").json()["parent"] == str(head)


def test_the_kpis_of_a_group_are_those_of_all_its_deals(
    client: TestClient, measured: list[UUID]
) -> None:
    firms = measured
    path = f"/api/v1/accounts/{firms[0]}/kpis"
    assert client.get(f"{path}?group=true").json()["items"][0] == {
        "kpi": "average_won_deal",
        "title": "Средняя выигранная сделка",
        "unit": "RUB",
        "newest": {
            "on": "2026-11-01",
            "value": {"amount": "117.50", "currency": "RUB"},
            "is_partial": True,
            "reported": None,
            "doubts": [],
        },
        "finding": None,
    }
    won = {}
    for whose in ("", "?group=true"):
        (series,) = client.get(f"{path}/won_revenue{whose}").json()["series"]
        won[whose] = [point["value"]["amount"] for point in series["points"]]
    assert won == {"": ["100.00", "300.00", "0.00"], "?group=true": ["120.00", "350.00", "0.00"]}
    branch = f"/api/v1/accounts/{firms[1]}/kpis/won_revenue"
    assert (
        client.get(f"{branch}?group=true").json()["series"][0]["points"]
        == client.get(branch).json()["series"][0]["points"]
    )


def test_a_parent_is_set_by_the_api_and_taken_back(client: TestClient, firms: list[UUID]) -> None:
    head, branch, holding = firms
    path = f"/api/v1/accounts/{head}/parent"
    assert client.put(path, json={"parent": str(holding)}).json()["parent"] == str(holding)
    group = client.get(f"/api/v1/accounts/{holding}/group").json()
    assert _members(group) == [
        ("Холдинг Луг", 0, None),
        ("ООО «Ромашка»", 1, "the API"),
        ("Ромашка Самара", 2, None),
    ]
    none = client.put(
        f"/api/v1/accounts/{branch}/parent", json={"parent": None, "note": "продан"}
    ).json()
    (said,) = none["decisions"]
    assert (none["parent"], said["parent_id"], said["note"]) == (None, None, "продан")
    assert client.delete(path).json()["parent"] is None
    assert client.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("child", "parent", "status", "why"),
    [
        (0, 1, 400, "(INN "),
        (0, 0, 400, "its own parent"),
        (0, NOBODY, 404, "no such account"),
        (0, "x", 404, "no such account"),
        (0, "\x00", 422, "NUL"),
        (NOBODY, 0, 404, "no such account"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    client: TestClient, firms: list[UUID], child: Any, parent: Any, status: int, why: str
) -> None:
    named = [firms[one] if isinstance(one, int) else one for one in (child, parent)]
    answer = client.put(f"/api/v1/accounts/{named[0]}/parent", json={"parent": str(named[1])})
    assert (answer.status_code, why in answer.json()["detail"]) == (status, True)


def test_another_site_may_not_set_a_parent(client: TestClient, firms: list[UUID]) -> None:
    stranger = {"Origin": "http://evil.example"}
    wish = {"parent": str(firms[2])}
    api, page = f"/api/v1/accounts/{firms[0]}/parent", f"/accounts/{firms[0]}/parent"
    assert client.put(api, json=wish, headers=stranger).status_code == 403
    assert client.delete(api, headers=stranger).status_code == 403
    assert client.post(page, data={"do": "none"}, headers=stranger).status_code == 403


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ru", ["Филиал того же ИНН", "Показатели всей группы", "ООО «Ромашка»"]),
        ("en", ["a branch of the same INN", "Key figures of the whole group", "ООО «Ромашка»"]),
    ],
)
def test_the_page_of_an_account_shows_its_group(
    client: TestClient, measured: list[UUID], lang: str, words: list[str]
) -> None:
    page = client.get(f"/accounts/{measured[0]}/data?lang={lang}").text
    for said in (*words, f'href="/accounts/{measured[1]}"'):
        assert said.lower() in page.lower()


def test_a_parent_is_found_chosen_and_taken_back_by_page(
    client: TestClient, firms: list[UUID]
) -> None:
    head, _, holding = firms
    path = f"/accounts/{head}/parent"
    found = client.get(f"{path}?q=луг&lang=ru").text
    assert f'name="parent" value="{holding}"' in found
    assert "Ничего не нашлось" in client.get(f"{path}?q=лютик&lang=ru").text
    sent = {"do": "set", "parent": str(holding), "note": "одна семья"}
    answer = client.post(path, data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/accounts/{head}/data#group")
    page = client.get(f"/accounts/{head}/data?lang=ru").text
    for said in ("Холдинг Луг", "на странице", "одна семья"):
        assert said in page
    client.post(path, data={"do": "undo"})
    assert client.get(f"/api/v1/accounts/{head}/group").json()["parent"] is None
    assert client.post(path, data={"do": "fly"}).status_code == 400
