"""What is asked of a Megaplan account beside its lists, and what it may refuse."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pydantic import ValidationError

from connectors.kit import pace as kit_pace
from connectors.kit.contract import Credentials, Page
from connectors.kit.errors import NeedsReauth, NoRights, RetryLater
from connectors.kit.records import Noun
from connectors.megaplan import Megaplan
from connectors.sandbox.faults import Fault
from connectors.sandbox.megaplan import MegaplanSandbox
from tests.connectors.checks import last_cursor, records
from tests.connectors.megaplan_opened import again, opened

LOST = ["refused", "first", "empty"]


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(kit_pace, "sleep", waited.append)
    return waited


def alive(box: MegaplanSandbox) -> set[str]:
    return {str(id_) for id_ in box.ids("deal")}


def ids(pages: list[Page]) -> set[str]:
    return {raw.external_id for raw in records(pages)}


def test_a_field_that_the_account_does_not_know_is_asked_for_no_more() -> None:
    with opened(60, missing=frozenset({"stateTimeUpdated", "cost"})) as (box, crm):
        pages = list(crm.pull(Noun.DEAL, None))
        assert ids(pages) == alive(box)
        assert "price" in records(pages)[0].body
        assert sum(seen.status == 422 for seen in box.requests) == 1


def test_what_rights_hide_is_absent_and_not_nothing() -> None:
    with opened(60, hidden=frozenset({"price", "cost"})) as (_, crm):
        raw = records(crm.pull(Noun.DEAL, None))[0]
        deal: Any = crm.translate(raw)
        assert deal.amount is None


def test_an_error_inside_of_a_good_answer_is_an_error() -> None:
    with opened(60, error_inside=True) as (box, crm):
        box.token, good = "another", box.token
        box.tokens.replace("another")
        with pytest.raises(NeedsReauth, match="401"):
            list(crm.pull(Noun.DEAL, None))
        box.tokens.replace(good)
        for status, error in (
            (403, NoRights),
            (422, NoRights),
            (429, RetryLater),
            (502, RetryLater),
        ):
            body = b'{"meta":{"status":%d,"errors":[]},"data":null}' % status
            box.faults.append(Fault(path="/api/v3/deal$", status=200, body=body, times=None))
            with pytest.raises(error, match=str(status)):
                list(crm.pull(Noun.DEAL, None))
            box.faults.clear()


def test_legal_details_are_found_for_many_for_a_few_and_where_they_are_hidden() -> None:
    with opened() as (box, crm):
        cursor = last_cursor(crm.pull(Noun.COMPANY, None))
        company = box.ids("contractorCompany")[0]
        box.change("contractorCompany", company, payers=[], payersCount=1)
        few: Any = [crm.translate(raw) for raw in records(again(box).pull(Noun.COMPANY, cursor))]
        assert [one.inn for one in few] == [box.row("payer", company)["inn"]]
        box.switches.no_access = frozenset({"payer", "contractor"})
        blind: Any = [crm.translate(raw) for raw in records(again(box).pull(Noun.COMPANY, None))]
        assert {one.inn for one in blind} == {None}


def test_records_are_fetched_by_their_ids_as_lists_have_them() -> None:
    with opened() as (box, crm):
        for noun in crm.nouns:
            listed = records(crm.pull(noun, None))[-1]
            assert list(crm.get_many(noun, [listed.external_id, "404404"])) == [listed]
        deal = str(box.row("task", box.ids("task")[0])["deals"][0]["id"])
        assert {raw.noun for raw in crm.get_related(Noun.DEAL, deal)} >= {Noun.TASK}
        assert list(crm.get_related(Noun.DEAL, "../x")) == []


def test_who_the_account_is_and_whose_rights_we_have() -> None:
    with opened() as (box, crm):
        about = crm.about()
        assert (about.account, about.facts, about.warnings) == (box.host, {"currency": "RUB"}, ())
        renamed = again(box, account="old.megaplan.ru").about()
        assert renamed.account == "old.megaplan.ru"
        me = b'{"data":{"contentType":"ContractorHuman","id":"1","name":"x"}}'
        box.faults.append(Fault(path="/api/v3/currentUser", status=200, body=me))
        box.switches.no_access = frozenset({"currency"})
        stranger = again(box).about()
        assert stranger.facts == {}
        assert "customer" in stranger.warnings[0]


def test_definitions_that_we_may_not_see_cost_only_the_custom_values() -> None:
    with opened(60) as (box, _):
        box.faults.append(Fault(path=r".*/extraFields", status=403, body=b"{}", times=None))
        crm = again(box)
        assert ids(list(crm.pull(Noun.DEAL, None))) == alive(box)
        with pytest.raises(NoRights):
            list(crm.pull(Noun.FIELD, None))


def test_legal_details_of_many_companies_cost_one_walk() -> None:
    with opened(10, size=15, most=7) as (box, crm):
        found: Any = [crm.translate(raw) for raw in records(crm.pull(Noun.COMPANY, None))]
        assert {one.inn for one in found if one.external_id.startswith("6")} == {
            box.row("payer", id_)["inn"] for id_ in box.ids("payer")
        }
    with opened(10, size=15) as (box, crm):
        list(crm.pull(Noun.COMPANY, None))
        assert sum(seen.path == "/api/v3/payer" for seen in box.requests) == 1


def test_the_sandbox_takes_its_query_as_json_alone_and_refuses_what_megaplan_does() -> None:
    with opened(60, most=20) as (box, _):

        def ask(query: Any) -> Any:
            raw = query if isinstance(query, str) else quote(json.dumps(query))
            headers = {"Authorization": f"Bearer {box.token}"}
            return httpx.get(f"{box.url}/api/v3/deal?{raw}", headers=headers).json()

        assert len(ask("limit=5")["data"]) == 20
        assert len(ask({"limit": 5})["data"]) == 5
        assert len(ask([5])["data"]) == 20
        only = ask({"limit": 1, "fields": ["number"], "onlyRequestedFields": True})["data"][0]
        assert only.keys() == {"contentType", "id", "number"}
        refused: list[Any] = [
            {"pageAfter": 5},
            {"pageAfter": {"contentType": "Contractor", "id": "1"}},
            {"sortBy": "timeCreated"},
            {"sortBy": [{"contentType": "SortField", "fieldName": "price"}]},
            {"fields": ["deadline"]},
        ]
        assert [ask(one)["meta"]["status"] for one in refused] == [422] * 5


def test_a_time_zone_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        Megaplan(Credentials("https://example.megaplan.ru", "t", {"timezone": "Mars"}))
