"""What may be one customer, over the API: asked, answered, taken back."""

import re
from json import dumps
from uuid import UUID

import pytest

from kam_sync.accounts.match import own_account
from tests.fakes.connecting import ask
from tests.web import twins
from tests.web.world import World

ALL = "/api/v1/matches"
DECISIONS = f"{ALL}/decisions"


@pytest.fixture
def pair(world: World) -> tuple[UUID, UUID]:
    """The accounts of the dearer question."""
    return twins.fill(world)


def test_what_may_be_one_is_asked_by_the_money(client, pair) -> None:
    vega, lutik = client.get(f"{ALL}?lang=ru").json()["items"]
    assert [one["name"] for one in vega["companies"]] == ["ООО «Вега»", "Vega"]
    assert vega["money"] == [{"amount": "3000.00", "currency": "RUB"}]
    left, right = vega["companies"]
    assert (left["source"], left["company_external_id"], left["account_id"]) == (
        "sales", "1", str(pair[0]),
    )  # fmt: skip
    assert left["open_money"] == [{"amount": "2100.00", "currency": "RUB"}]
    assert right["won_money"] == [{"amount": "900.00", "currency": "RUB"}]
    assert (lutik["companies"][0]["inn"], lutik["money"]) == (twins.OTHER_INN, [])
    assert lutik["advice"] == "unsure"
    assert {"clue": "name_equal", "weight": 4.5, "what": "", "text": "название совпадает"} in (
        lutik["clues"]
    )
    assert lutik["evidence"] == (
        "За: название совпадает; телефон совпадает: +7 495 765-43-21."
        " Против: разные ИНН: 7728168971, 7736050003."
    )
    english = client.get(f"{ALL}?lang=en").json()["items"][1]["evidence"]
    assert english.startswith("For: the same name; the same phone: +7 495 765-43-21. Against: ")


def test_a_question_shows_what_the_whole_accounts_have(client, pair) -> None:
    for account, other in ((pair[0], own_account(1, "3")), (pair[1], own_account(2, "18"))):
        client.post(f"{ALL}/merge", json={"accounts": [str(account), str(other)]})
    found = client.get(f"{ALL}?lang=ru").json()["items"]
    (vega,) = (one for one in found if one["companies"][0]["name"] == "ООО «Вега»")
    left, right = vega["companies"]
    assert (left["inn"], left["account_inns"], left["account_kpps"]) == (None, [twins.INN], [])
    assert left["account_sources"] == ["sales", "other"]
    assert right["account_inns"] == ["7736050003"]
    assert (vega["clues"][0]["clue"], vega["advice"]) == ("account_inn_other", "unsure")
    assert vega["weight"] == pytest.approx(sum(one["weight"] for one in vega["clues"]))
    page = client.get("/matches?lang=ru").text
    assert f"<td>{twins.INN}</td><td>7736050003</td>" in page
    sources = page[page.index('<th scope="row">CRM</th>') :].partition("</tr>")[0]
    assert re.findall(r'class="badge"[^>]*>(\w+)<', sources) == [
        "sales",
        "sales",
        "other",
        "other",
        "other",
    ]
    assert "разные ИНН клиентов, к которым относятся эти компании: 7707083893, 7736050003" in page
    assert "скорее, это два клиента" in page


def test_questions_come_page_by_page(client, pair) -> None:
    first = client.get(f"{ALL}?limit=1").json()
    second = client.get(f"{ALL}?limit=1&cursor={first['next_cursor']}").json()
    names = [page["items"][0]["companies"][0]["name"] for page in (first, second)]
    assert (names, second["next_cursor"]) == (["ООО «Вега»", "Лютик"], None)
    assert client.get(f"{ALL}?cursor=bm8").status_code == 400


def test_a_merge_is_written_down_measured_and_taken_back(client, world: World, pair) -> None:
    wanted = {"accounts": [str(one) for one in pair], "note": "the same owner"}
    done = client.post(f"{ALL}/merge", json=wanted).json()
    assert (done["says"], done["by"], done["note"]) == ("together", "the API", "the same owner")
    assert {one["account_id"] for side in done["sides"] for one in side} == {str(pair[0])}
    gone = client.get(f"/api/v1/accounts/{pair[1]}").json()
    assert gone["merged_into"] == str(pair[0])
    listed = client.get("/api/v1/accounts").json()["items"]
    assert [one["name"] for one in listed] == sorted(["ООО «Вега»", "Лютик", "Лютик", "Ромашка"])
    assert len(client.get(ALL).json()["items"]) == 1
    queued = "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%measure%'"
    assert ask(world.services, queued) == [(1,)]

    undone = client.post(f"{DECISIONS}/{done['id']}/undo").json()
    assert (undone["undone_by"], undone["undone_at"] is None) == ("the API", False)
    assert client.get(f"/api/v1/accounts/{pair[1]}").json()["merged_into"] is None
    assert len(client.get(ALL).json()["items"]) == 2
    assert [one["id"] for one in client.get(DECISIONS).json()["items"]] == [done["id"]]
    again = client.post(f"{DECISIONS}/{done['id']}/undo")
    assert (again.status_code, "taken back already" in again.json()["detail"]) == (409, True)


def test_companies_that_are_kept_apart_are_not_asked_about_again(client, pair) -> None:
    companies = [
        {"source": "other", "company_external_id": "17"},
        {"source": "sales", "company_external_id": "1"},
    ]
    done = client.post(f"{ALL}/apart", json={"companies": companies}).json()
    assert done["says"] == "apart"
    assert client.post(f"{ALL}/apart", json={"companies": companies}).json() == done
    assert [one["companies"][0]["name"] for one in client.get(ALL).json()["items"]] == ["Лютик"]


def test_links_say_why_and_a_company_is_split_off(client, pair) -> None:
    account = own_account(1, "3")
    links = f"/api/v1/accounts/{account}/links?lang=en"
    first, second = client.get(links).json()["items"]
    assert first["evidence"] == "The account began with it."
    assert (first["clues"], first["with"], first["decided_by"]) == ([], None, None)
    assert second["with"] == {"source": "sales", "company_external_id": "3"}
    assert second["evidence"].startswith(
        "One with “Ромашка” (sales). For: the same INN: 7707083893"
    )
    assert second["clues"][0]["clue"] == "inn"

    wanted = {"companies": [{"source": "2", "company_external_id": "19"}]}
    done = client.post(f"/api/v1/accounts/{account}/split", json=wanted).json()
    names = [[one["name"] for one in side] for side in done["sides"]]
    assert names == [["Ромашка"], ["Romashka LLC"]]
    assert len(client.get(links).json()["items"]) == 1
    client.post(f"{DECISIONS}/{done['id']}/undo")
    assert len(client.get(links).json()["items"]) == 2


def test_who_merged_is_told_with_the_link(client, pair) -> None:
    client.post(f"{ALL}/merge", json={"accounts": [str(one) for one in pair]})
    link = client.get(f"/api/v1/accounts/{pair[0]}/links?lang=ru").json()["items"][1]
    assert link["decided_by"] == "the API"
    assert link["evidence"].startswith("Объединено с «ООО «Вега»» (sales): через API, ")


JSON = {"Content-Type": "application/json"}
COMPANY = {"source": "sales", "company_external_id": "1"}
NOBODY = "6d0b7c1e-8f1c-5d38-9e0e-6a6fd6e2b7aa"


@pytest.mark.parametrize(
    ("path", "wanted", "status", "says"),
    [
        ("/matches/merge", {"accounts": ["x", "y"]}, 404, "account x"),
        ("/matches/merge", {"accounts": [NOBODY, NOBODY]}, 404, "no such account"),
        ("/matches/merge", {"accounts": [NOBODY]}, 422, "accounts"),
        ("/matches/merge", {"accounts": ["OWN", "OWN"]}, 400, "with itself"),
        ("/matches/merge", {"accounts": [NOBODY, NOBODY], "why": ""}, 422, "why"),
        ("/matches/merge", {"accounts": [NOBODY, NOBODY], "note": "\x00"}, 422, "note"),
        ("/matches/apart", {"companies": [COMPANY, COMPANY]}, 400, "from itself"),
        ("/matches/apart", {"companies": [COMPANY]}, 422, "companies"),
        ("/matches/apart", {"companies": [COMPANY, {**COMPANY, "source": "x"}]}, 404, "source x"),
        (
            "/matches/apart",
            {"companies": [COMPANY, {**COMPANY, "company_external_id": "404"}]},
            404,
            "company 404",
        ),
        ("/accounts/OWN/split", {"companies": []}, 422, "companies"),
        ("/accounts/OWN/split", {"companies": [COMPANY]}, 400, "all of its companies"),
        (
            "/accounts/OWN/split",
            {"companies": [{"source": "other", "company_external_id": "17"}]},
            400,
            "of this account",
        ),
        ("/matches/decisions/9/undo", {}, 404, "decision 9"),
        (f"/matches/decisions/{2**31}/undo", {}, 422, "decision_id"),
    ],
)
def test_what_cannot_be_is_refused(client, pair, path: str, wanted, status: int, says: str) -> None:
    own = str(pair[0])
    given = dumps(wanted).replace("OWN", own)
    answer = client.post(f"/api/v1{path.replace('OWN', own)}", content=given, headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status, "application/problem+json",
    )  # fmt: skip
    assert says in answer.json()["detail"]
    assert client.get(DECISIONS).json() == {"items": [], "next_cursor": None}


def test_a_merge_with_an_account_that_is_in_another_names_that_one(client, pair) -> None:
    wanted = {"accounts": [str(one) for one in pair]}
    client.post(f"{ALL}/merge", json=wanted)
    again = client.post(f"{ALL}/merge", json=wanted)
    assert (again.status_code, f"belong to {pair[0]}" in again.json()["detail"]) == (409, True)


def test_another_site_may_not_decide(client, pair) -> None:
    evil = {"Origin": "https://evil.example"}
    split = f"accounts/{pair[0]}/split"
    for path in ("matches/merge", "matches/apart", "matches/decisions/1/undo", split):
        assert client.post(f"/api/v1/{path}", json={}, headers=evil).status_code == 403
