"""Leads of Bitrix24 are deals of a pipeline of their own, for who wants them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from connectors import registry
from connectors.bitrix24 import Bitrix24
from connectors.bitrix24.cursor import Reach
from connectors.kit.errors import NoRights
from connectors.kit.records import (
    Activity,
    Deal,
    Field,
    Happening,
    Noun,
    Outcome,
    Pipeline,
    RawRecord,
    Task,
)
from connectors.sandbox.bitrix24 import BitrixSandbox, setup
from tests.fakes.portal import connected, portal, pulled, records, said

LEADS = {"leads": "yes"}


@pytest.fixture(scope="module")
def box() -> Iterator[BitrixSandbox]:
    with portal(deals=120) as box:
        yield box


@pytest.fixture
def own() -> Iterator[BitrixSandbox]:
    """A portal of its own, for what changes it."""
    with portal(deals=60) as box:
        yield box


@pytest.fixture(scope="module")
def crm(box: BitrixSandbox) -> Iterator[Bitrix24]:
    with connected(box, LEADS) as crm:
        yield crm


def ids(box: BitrixSandbox) -> set[str]:
    return {f"lead/{id_}" for id_ in box.ids("lead")}


def of_leads(rows: list[RawRecord]) -> set[str]:
    return {raw.external_id for raw in rows if raw.external_id.startswith("lead/")}


def lead(crm: Bitrix24, **values: Any) -> Deal:
    row = {"id": 5, "title": "Заявка", "stageId": "NEW", "stageSemanticId": "P", "opportunity": 9,
           "currencyId": "EUR", "companyId": 7, "contactIds": [3], "dateClosed": "",
           "movedTime": "2026-07-01T10:00:00+03:00"}  # fmt: skip
    found = crm.translate(RawRecord(Noun.DEAL, "lead/5", {**row, **values}))
    assert isinstance(found, Deal)
    return found


def test_a_lead_is_a_deal_of_the_pipeline_of_leads(crm: Bitrix24) -> None:
    found = lead(crm)
    assert (found.external_id, found.name) == ("lead/5", "Заявка")
    assert (found.pipeline_external_id, found.stage_external_id) == ("leads", "NEW")
    assert (str(found.amount), found.currency) == ("9", "EUR")
    assert (found.company_external_id, found.contact_external_ids) == ("7", ("3",))
    assert (found.outcome, found.closed_at, found.is_deleted) == (Outcome.OPEN, None, False)


def test_a_lead_that_came_to_nothing_was_lost_when_it_was_closed(crm: Bitrix24) -> None:
    closed = "2026-07-03T10:00:00+03:00"
    found = lead(crm, stageId="JUNK", stageSemanticId="F", dateClosed=closed)
    assert (found.outcome, found.is_deleted) == (Outcome.LOST, False)
    assert found.closed_at == datetime(2026, 7, 3, 7, tzinfo=UTC)
    moved = lead(crm, stageId="JUNK", stageSemanticId="F")
    assert moved.closed_at == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_a_lead_that_a_deal_was_made_of_does_not_count_twice(
    box: BitrixSandbox, crm: Bitrix24
) -> None:
    assert lead(crm, stageId="CONVERTED", stageSemanticId="S").is_deleted
    found = said(crm, Noun.DEAL)
    made = [box.row("deal", id_)["leadId"] for id_ in box.ids("deal")]
    converted = {f"lead/{id_}" for id_ in made if id_}
    assert converted
    assert {id_ for id_, one in found.items() if getattr(one, "is_deleted", 0)} == converted


def test_a_stage_of_leads_is_not_one_of_deals_with_the_same_id(own: BitrixSandbox) -> None:
    """Where a row does not tell the meaning of its stage, its own list of stages does."""
    own.add("lead", title="Пусто", stageId="JUNK", opportunity=0)
    own.add("deal", title="Пусто", stageId="JUNK", categoryId=0, opportunity=0)
    with connected(own, LEADS) as crm:
        found = said(crm, Noun.DEAL)
        (line,) = [one for one in said(crm, Noun.PIPELINE).values() if one.external_id == "leads"]
    outcomes = {id_: one.outcome for id_, one in found.items() if isinstance(one, Deal)}
    assert outcomes[f"lead/{own.ids('lead')[-1]}"] is Outcome.LOST
    assert outcomes[str(own.ids("deal")[-1])] is Outcome.OPEN
    assert isinstance(line, Pipeline)
    assert [(stage.external_id, stage.outcome) for stage in line.stages] == [
        ("NEW", Outcome.OPEN), ("IN_PROCESS", Outcome.OPEN), ("CONVERTED", Outcome.WON),
        ("JUNK", Outcome.LOST),
    ]  # fmt: skip


def test_custom_fields_of_leads_are_not_those_of_deals_with_the_same_key(
    box: BitrixSandbox,
) -> None:
    key = setup.REQUEST
    with connected(box, LEADS, fields={"deal.contract_ends_on": f"deal/{key}"}) as crm:
        fields = said(crm, Noun.FIELD)
        found = [one for one in said(crm, Noun.DEAL).values() if isinstance(one, Deal)]
        day = {"name": "Тендер", "type": "date", "several": False, "values": ["2026-12-31"]}
        body = {"joined": {"custom": {key: day}}}
        assert lead(crm, **body).contract_ends_on is None
    kinds = {
        tail: one.kind
        for id_, one in fields.items()
        if isinstance(one, Field) and (tail := id_.removeprefix("deal/")).endswith(key)
    }
    assert kinds == {key: "flag", f"lead/{key}": "choice"}
    assert fields[f"deal/lead/{key}"] == Field(
        f"deal/lead/{key}", Noun.DEAL, "Тендер (lead)", "choice", "UF_CRM_1700000010",
        tuple(setup.REQUESTS.values()),
    )  # fmt: skip
    for one in found:
        own, other = (f"lead/{key}", key) if one.pipeline_external_id == "leads" else (key, "lead/")
        assert own in one.custom
        assert not any(name.startswith(other) for name in one.custom)


def test_a_target_may_be_kept_in_a_field_of_leads(box: BitrixSandbox) -> None:
    day = {"name": "До", "type": "date", "several": False, "values": ["2026-12-31"]}
    body = {"joined": {"custom": {"ufCrm_5": day}}}
    with connected(box, LEADS, fields={"deal.contract_ends_on": "deal/lead/ufCrm_5"}) as crm:
        assert str(lead(crm, **body).contract_ends_on) == "2026-12-31"


def test_nothing_is_asked_about_leads_that_nobody_wants(
    own: BitrixSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    known = own.lists.noun
    monkeypatch.setattr(own.lists, "noun", lambda what: asked.append(known(what)) or known(what))
    about = RawRecord(Noun.NOTE, "activity/5", {"ID": "5", "OWNER_TYPE_ID": "1", "OWNER_ID": "9",
                      "CREATED": "2026-07-25T12:00:00+03:00"})  # fmt: skip
    with connected(own) as crm:
        for noun in crm.nouns:
            rows, cursor = pulled(crm, noun)
            assert of_leads([*rows, *pulled(crm, noun, cursor or None)[0]]) == set()
        assert list(crm.get_many(Noun.DEAL, [*ids(own)])) == []
        note = crm.translate(about)
        assert isinstance(note, Activity)
        assert note.about_noun is None
    assert "deal" in asked
    assert "lead" not in asked


def test_leads_that_are_wanted_later_are_read_whole(own: BitrixSandbox) -> None:
    with connected(own) as crm:
        before = {noun: pulled(crm, noun)[1] for noun in (Noun.DEAL, Noun.EVENT)}
        before[Noun.DEAL] = pulled(crm, Noun.DEAL, before[Noun.DEAL])[1]
    with connected(own, LEADS) as crm:
        rows, cursor = pulled(crm, Noun.DEAL, before[Noun.DEAL])
        assert {raw.external_id for raw in rows} == ids(own)
        steps, _ = pulled(crm, Noun.EVENT, before[Noun.EVENT])
        assert len(of_leads(steps)) == len(steps) == own.count("lead_history")
        assert pulled(crm, Noun.DEAL, cursor)[0] == []
        changed = own.ids("lead")[0]
        own.change("lead", changed, title="Другое")
        rows, cursor = pulled(crm, Noun.DEAL, cursor)
        assert of_leads(rows) == {f"lead/{changed}"}
    with connected(own) as crm:
        _, cursor = pulled(crm, Noun.DEAL, cursor)
    with connected(own, LEADS) as crm:
        assert of_leads(pulled(crm, Noun.DEAL, cursor)[0]) == ids(own)


def test_a_cursor_from_before_there_were_leads_has_read_none(own: BitrixSandbox) -> None:
    for noun, count in ((Noun.DEAL, len(ids(own))), (Noun.EVENT, own.count("lead_history"))):
        with connected(own) as crm:
            known = orjson.loads(pulled(crm, noun)[1])
        old = orjson.dumps({k: v for k, v in known.items() if k not in {"left", "counts_leads"}})
        with connected(own, LEADS) as crm:
            found, cursor = pulled(crm, noun, old.decode())
            assert len(of_leads(found)) == count
            assert pulled(crm, noun, cursor)[0] == []


@pytest.mark.parametrize(("first", "then"), [({}, LEADS), (LEADS, {})])
def test_a_walk_whose_lists_change_on_the_way_never_makes_records_absent(
    own: BitrixSandbox, first: dict[str, str], then: dict[str, str]
) -> None:
    """Else its last pages alone would be whole, and all deals would seem gone."""
    with connected(own, first) as crm:
        amid = [page.cursor for page in crm.pull(Noun.DEAL, None) if page.records][-1]
    with connected(own, then) as crm:
        pages = list(crm.pull(Noun.DEAL, amid))
    reached = Reach.model_validate_json(pages[-1].cursor or "")
    came = {raw.external_id for raw in records(pages)}
    assert came == (ids(own) if then else {str(id_) for id_ in own.ids("deal")})
    assert any(page.is_whole for page in pages) == (not then)
    assert reached.left == (() if then else ("lead/",))


def test_without_leads_all_deals_are_a_whole_list(own: BitrixSandbox) -> None:
    for options in ({}, LEADS):
        with connected(own, options) as crm:
            assert all(page.is_whole for page in crm.pull(Noun.DEAL, None))


def test_a_portal_that_has_no_leads_says_so_and_keeps_no_deal_waiting(own: BitrixSandbox) -> None:
    own.lists.off.add("lead")
    stored = []
    with connected(own, LEADS) as crm:
        with pytest.raises(NoRights, match=r"127.*entity_type_not_supported.*option leads"):
            stored.extend(crm.pull(Noun.DEAL, None))
        assert not any(id_.startswith("deal/lead/") for id_ in said(crm, Noun.FIELD))
    assert {raw.external_id for raw in records(stored)} == {str(id_) for id_ in own.ids("deal")}
    assert not stored[-1].is_whole


def test_what_belongs_to_a_lead_is_about_it(own: BitrixSandbox) -> None:
    id_ = own.ids("lead")[0]
    todo = own.add("activity", OWNER_TYPE_ID="1", OWNER_ID=str(id_), PROVIDER_ID="CRM_TODO",
                   COMPLETED="N")  # fmt: skip
    task = own.add("task", title="Счёт", ufCrmTask=[f"L_{id_}"])
    with connected(own, LEADS) as crm:
        found = {raw.external_id: raw for raw in crm.get_related(Noun.DEAL, f"lead/{id_}")}
        assert set(found) == {f"todo/{todo}", f"task/{task}"}
        for raw in found.values():
            about = crm.translate(raw)
            assert isinstance(about, Task)
            assert (about.about_noun, about.about_external_id) == (Noun.DEAL, f"lead/{id_}")
        assert f"task/{task}" not in {
            raw.external_id for raw in crm.get_related(Noun.DEAL, str(id_))
        }
    with connected(own) as crm:
        for raw in found.values():
            about = crm.translate(raw)
            assert isinstance(about, Task)
            assert (about.about_noun, about.about_external_id) == (None, None)


def test_the_history_of_a_lead_is_not_that_of_a_deal(box: BitrixSandbox, crm: Bitrix24) -> None:
    rows, _ = pulled(crm, Noun.EVENT)
    raw = next(raw for raw in rows if raw.body.get("STATUS_ID") == "JUNK")
    step = crm.translate(raw)
    assert isinstance(step, Activity)
    assert (step.happening, step.details["to"]) == (
        Happening.STAGE, {"stage": "JUNK", "pipeline": "leads"}
    )  # fmt: skip
    assert step.about_external_id in ids(box)
    with connected(box) as other:
        off = other.translate(raw)
    assert isinstance(off, Activity)
    assert (off.about_noun, off.about_external_id) == (None, None)


def test_with_nothing_changed_leads_cost_two_requests(own: BitrixSandbox) -> None:
    costs = []
    for options in ({}, LEADS):
        with connected(own, options) as crm:
            crm.about()
            cursors = {noun: pulled(crm, noun)[1] for noun in crm.nouns}
            before = crm.requests
            for noun, cursor in cursors.items():
                pulled(crm, noun, cursor or None)
            costs.append(crm.requests - before)
    assert costs[1] - costs[0] == 2  # the leads, and to which stages they came


def test_a_lead_is_seen_on_its_own_page_of_the_portal() -> None:
    root = "https://acme.bitrix24.ru"
    assert registry.card("bitrix24", root, "deal", "lead/5") == f"{root}/crm/lead/details/5"
    assert registry.card("bitrix24", root, "deal", "5") == f"{root}/crm/deal/details/5"
