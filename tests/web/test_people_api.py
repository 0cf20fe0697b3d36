"""People over the API: who they are, asked, answered, taken back."""

import pytest

from kam_sync.accounts.match import own_account
from tests.web import partners
from tests.web.world import World

ALL = "/api/v1/people"
MATCHES = f"{ALL}/matches"
NOBODY = "6d0b7c1e-8f1c-5d38-9e0e-6a6fd6e2b7aa"
CONTACT = {"source": "sales", "contact_external_id": "7"}


@pytest.fixture
def known(world: World) -> dict[str, str]:
    """The ids of people."""
    return {name: str(id_) for name, id_ in partners.fill(world).items()}


def test_a_person_has_the_contacts_of_all_crms(client, known) -> None:
    account = str(own_account(1, "1"))
    first = client.get(f"{ALL}?account={account}&limit=2&lang=en").json()
    rest = client.get(f"{ALL}?account={account}&limit=2&cursor={first['next_cursor']}").json()
    assert len(first["items"]) + len(rest["items"]) == 3
    julia = client.get(f"{ALL}/{known['julia']}?lang=ru").json()
    assert (julia["phones"], julia["emails"]) == (["+79161234567"], ["jp@romashka.example"])
    assert (julia["position"], julia["account_ids"]) == ("директор", [account])
    second = julia["contacts"][1]
    assert (second["source"], second["contact_external_id"]) == ("other", "70")
    assert second["with"] == CONTACT
    assert second["evidence"].startswith(
        "Тот же человек, что «Павлова Юлия» (sales). За: почта совпадает: jp@"
    )
    contacts = client.get(f"/api/v1/accounts/{account}/contacts").json()["items"]
    assert [one["person_id"] for one in contacts] == [
        known["julia"], known["oleg"], known["julia"], known["kim"],
    ]  # fmt: skip
    (found,) = client.get(f"{ALL}?q=ПАВЛОВА&source=sales").json()["items"]
    assert found["id"] == known["julia"]


def test_who_may_be_one_is_asked_merged_and_taken_back(client, known) -> None:
    (asked,) = client.get(f"{MATCHES}?lang=ru").json()["items"]
    assert [one["person_id"] for one in asked["contacts"]] == [known["oleg"], known["kim"]]
    assert (asked["advice"], asked["money"]) == (
        "likely", [{"amount": "900.00", "currency": "RUB"}],
    )  # fmt: skip
    assert asked["evidence"] == "За: имя совпадает; оба из одного клиента."
    wanted = {"people": [known["oleg"], known["kim"]], "note": "знаю его"}
    done = client.post(f"{MATCHES}/merge", json=wanted).json()
    assert (done["says"], done["by"], done["note"]) == ("together", "the API", "знаю его")
    assert client.get(f"{ALL}/{known['kim']}").status_code == 404
    joined = client.get(f"{ALL}/{known['oleg']}").json()["contacts"][1]
    assert joined["decided_by"] == "the API"
    leaving = {"contacts": [{"source": "other", "contact_external_id": "80"}]}
    split = client.post(f"{ALL}/{known['oleg']}/split", json=leaving).json()
    assert split["says"] == "apart"
    assert client.get(MATCHES).json()["items"] == []
    assert client.post(f"{MATCHES}/decisions/{split['id']}/undo").json()["undone_by"] == "the API"
    kept = client.get(f"{MATCHES}/decisions").json()["items"]
    assert [one["id"] for one in kept] == [split["id"], done["id"]]
    assert client.get(MATCHES).json()["items"] == []  # the merge holds again
    client.post(f"{MATCHES}/decisions/{done['id']}/undo")
    assert len(client.get(MATCHES).json()["items"]) == 1


@pytest.mark.parametrize(
    ("path", "wanted", "status", "says"),
    [
        ("/matches/merge", {"people": ["x", NOBODY]}, 404, "person x"),
        ("/matches/merge", {"people": [NOBODY, NOBODY]}, 404, "no such person"),
        ("/matches/apart", {"contacts": [CONTACT, CONTACT]}, 400, "from itself"),
        (
            "/matches/apart",
            {"contacts": [CONTACT, {**CONTACT, "contact_external_id": "404"}]},
            404,
            "contact 404",
        ),
        (f"/{NOBODY}/split", {"contacts": [CONTACT]}, 404, "no such person"),
        ("/matches/decisions/9/undo", {}, 404, "decision 9"),
    ],
)
def test_what_cannot_be_is_refused(
    client, known, path: str, wanted, status: int, says: str
) -> None:
    answer = client.post(f"{ALL}{path}", json=wanted)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True)


def test_another_site_may_not_decide_and_a_strange_cursor_is_refused(client, known) -> None:
    evil = {"Origin": "https://evil.example"}
    for path in ("matches/merge", "matches/apart", "matches/decisions/1/undo", f"{NOBODY}/split"):
        assert client.post(f"{ALL}/{path}", json={}, headers=evil).status_code == 403
    assert client.get(f"{MATCHES}?cursor=bm8").status_code == 400
