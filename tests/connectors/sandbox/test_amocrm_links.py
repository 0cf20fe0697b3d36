"""Who belongs to whom: links, what `with` adds to people and companies, groups of users."""

from typing import Any

import pytest

from connectors.sandbox.amocrm import AmoSandbox


def test_links_are_listed_for_one_row_and_for_many(box: AmoSandbox, get: Any) -> None:
    first, second = box.ids("leads")[:2]
    one = get(box, f"leads/{first}/links").json()["_embedded"]["links"]
    query = f"filter[entity_id][]={first}&filter[entity_id][]={second}"
    both = get(box, f"leads/links?{query}").json()["_embedded"]["links"]
    contact = box.row("leads", first)["_embedded"]["contacts"][0]["id"]
    assert {link["entity_id"] for link in both} == {first, second}
    assert [link for link in both if link["entity_id"] == first] == one
    assert {
        "entity_id": first,
        "entity_type": "leads",
        "to_entity_id": contact,
        "to_entity_type": "contacts",
        "metadata": {"main_contact": True},
    } in one
    back = get(box, f"contacts/{contact}/links").json()["_embedded"]["links"]
    assert first in {link["to_entity_id"] for link in back if link["to_entity_type"] == "leads"}
    assert get(box, "leads/links").status_code == 400


def test_users_have_their_group_when_asked_for(box: AmoSandbox, get: Any) -> None:
    plain, full = (get(box, f"users/701{more}").json() for more in ("", "?with=group"))
    assert plain["_embedded"]["groups"] == []
    assert [group["name"] for group in full["_embedded"]["groups"]] == ["Отдел продаж"]


@pytest.mark.parametrize(
    ("noun", "words"),
    [
        ("companies", {"contacts", "leads", "customers"}),
        ("contacts", {"leads", "customers"}),
    ],
)
def test_who_names_a_row_comes_when_asked_for(
    box: AmoSandbox, get: Any, noun: str, words: set[str]
) -> None:
    id_ = box.ids(noun)[0]
    plain = get(box, f"{noun}/{id_}").json()["_embedded"]
    full = get(box, f"{noun}/{id_}?with={','.join(words)}").json()["_embedded"]
    assert full.keys() - plain.keys() == words
    lead = full["leads"][0]["id"]
    named = get(box, f"leads/{lead}?with=contacts").json()["_embedded"]
    assert id_ in {one["id"] for one in named[noun]}
