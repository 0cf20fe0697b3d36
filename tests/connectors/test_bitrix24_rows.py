"""What becomes of Bitrix24's rows in our words."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.bitrix24 import Bitrix24
from connectors.kit.errors import BadRecord
from connectors.kit.records import (
    Activity,
    Company,
    Contact,
    Deal,
    Field,
    Happening,
    Invoice,
    Noun,
    Outcome,
    Pipeline,
    RawRecord,
    Task,
    User,
)
from connectors.sandbox.bitrix24 import BitrixSandbox, setup
from tests.connectors.test_bitrix24 import MORE
from tests.fakes.portal import connected, portal, pulled, said

FIELDS = {"company.segment": f"company/{setup.SEGMENT}", "deal.contract_ends_on": "deal/ufCrm_2"}


@pytest.fixture(scope="module")
def box() -> Iterator[BitrixSandbox]:
    with portal(deals=120) as box:
        yield box


@pytest.fixture(scope="module")
def crm(box: BitrixSandbox) -> Iterator[Bitrix24]:
    with connected(box, fields=FIELDS) as crm:
        yield crm


def body(noun: str, **values: Any) -> dict[str, Any]:
    """A made-up row of MORE with some values changed."""
    return {**next(raw.body for raw in MORE if raw.noun == noun), **values}


def deal(crm: Bitrix24, **values: Any) -> Deal:
    found = crm.translate(RawRecord(Noun.DEAL, "1", body("deal", **values)))
    assert isinstance(found, Deal)
    return found


def company(crm: Bitrix24, **values: Any) -> Company:
    found = crm.translate(RawRecord(Noun.COMPANY, "1", body("company", **values)))
    assert isinstance(found, Company)
    return found


def activity(crm: Bitrix24, **values: Any) -> Activity:
    found = crm.translate(RawRecord(Noun.NOTE, "activity/5", body("note", **values)))
    assert isinstance(found, Activity)
    return found


def test_deals_have_their_funnel_stage_outcome_and_contacts(
    box: BitrixSandbox, crm: Bitrix24
) -> None:
    for id_, found in said(crm, Noun.DEAL).items():
        row = box.row("deal", int(id_))
        assert isinstance(found, Deal)
        assert (found.pipeline_external_id, found.stage_external_id) == (
            str(row["categoryId"]), row["stageId"],
        )  # fmt: skip
        meant = {"S": Outcome.WON, "F": Outcome.LOST}.get(row["stageSemanticId"], Outcome.OPEN)
        assert found.outcome is meant
        assert (found.closed_at is None) == (meant is Outcome.OPEN)
        assert found.contact_external_ids == tuple(str(one) for one in row["contactIds"])
        assert found.company_external_id == str(row["companyId"])
        assert found.amount is None or found.amount == Decimal(str(row["opportunity"]))


def test_each_stage_of_a_deal_is_one_of_its_funnel(crm: Bitrix24) -> None:
    lines = said(crm, Noun.PIPELINE)
    stages = {
        (line.external_id, stage.external_id): stage.outcome
        for line in lines.values()
        if isinstance(line, Pipeline)
        for stage in line.stages
    }
    assert "0" in lines
    assert {Outcome.OPEN, Outcome.WON, Outcome.LOST} == set(stages.values())
    for found in said(crm, Noun.DEAL).values():
        assert isinstance(found, Deal)
        assert stages[found.pipeline_external_id, found.stage_external_id] is found.outcome


def test_a_lost_deal_was_closed_when_it_was_moved_last(crm: Bitrix24) -> None:
    moved = deal(crm, movedTime="2026-07-20T09:00:00+03:00", closedate="2026-08-01T03:00:00+03:00")
    assert moved.closed_at == datetime(2026, 7, 20, 6, tzinfo=UTC)
    planned = deal(crm, movedTime=None, closedate="2026-08-01T03:00:00+03:00")
    assert planned.closed_at == datetime(2026, 8, 1, tzinfo=UTC)
    assert deal(crm).closed_at == datetime(2026, 7, 25, 9, tzinfo=UTC)


def test_the_first_contact_comes_once_even_when_it_is_named_twice(crm: Bitrix24) -> None:
    assert deal(crm).contact_external_ids == ("8", "7")
    assert deal(crm, contactIds=[], contactId=0).contact_external_ids == ()
    assert deal(crm, contactIds=None, contactId="7").contact_external_ids == ("7",)


@pytest.mark.parametrize("empty", [0, "0", None, ""])
def test_an_empty_link_is_none_in_all_its_forms(crm: Bitrix24, empty: Any) -> None:
    assert deal(crm, companyId=empty, assignedById=empty).company_external_id is None


@pytest.mark.parametrize("broken", [{"stageId": None}, {"id": None}, {"opportunity": "x"}])
def test_a_deal_without_what_it_needs_is_bad(crm: Bitrix24, broken: dict[str, Any]) -> None:
    with pytest.raises(BadRecord):
        deal(crm, **broken)


def test_a_day_is_the_one_that_is_written_whatever_the_offset(crm: Bitrix24) -> None:
    assert deal(crm).contract_ends_on == date(2026, 12, 31)
    assert deal(crm).custom["ufCrm_2"]["value"] == "2026-12-31"


def test_custom_fields_come_in_the_forms_of_their_kinds(crm: Bitrix24) -> None:
    found = {key: (one["kind"], one["value"]) for key, one in deal(crm).custom.items()}
    assert found == {
        "ufCrm_1": ("choices", ["Опт"]),
        "ufCrm_2": ("date", "2026-12-31"),
        "ufCrm_3": ("moment", "2026-12-31T07:00:00+00:00"),
        "ufCrm_4": ("money", "12.50"),
        "ufCrm_5": ("flag", True),
        "ufCrm_6": ("number", "1.5"),
        "ufCrm_7": ("link", ["D_5", "CO_6"]),
        "ufCrm_8": ("file", [71]),
        "ufCrm_9": ("text", "Тверь, Псков"),
        "ufCrm_10": ("other", [{"a": [1]}]),
    }


def test_a_company_has_its_place_from_its_row(crm: Bitrix24) -> None:
    row = body("company", address="Самара, Мира 1|53.2;50.1", addressCity="Самара")
    found = crm.translate(RawRecord(Noun.COMPANY, "1", row))
    assert isinstance(found, Company)
    assert (found.address, found.city) == ("Самара, Мира 1", "Самара")


def test_a_company_has_its_numbers_from_its_requisites(box: BitrixSandbox, crm: Bitrix24) -> None:
    found = [one for one in said(crm, Noun.COMPANY).values() if isinstance(one, Company)]
    assert [one for one in found if one.inn and one.kpp and one.ogrn]
    for one in found:
        row = box.row("company", int(one.external_id))
        assert set(one.phones) | set(one.emails) == {part["value"] for part in row["fm"]}
        assert one.segment == setup.SEGMENTS[str(row[setup.SEGMENT])]


def test_of_several_requisites_the_first_in_use_with_an_inn_counts(crm: Bitrix24) -> None:
    several = [
        {"ID": "1", "RQ_INN": None},
        {"ID": "2", "RQ_INN": "7700000001", "ACTIVE": "N"},
        {"ID": "3", "RQ_INN": "7700000002", "RQ_KPP": "770001001", "ACTIVE": "Y"},
    ]
    assert company(crm, joined={"requisites": several}).inn == "7700000002"
    assert company(crm, joined={"requisites": several[:2]}).inn == "7700000001"
    assert company(crm, joined={"requisites": several[:1]}).inn is None
    assert company(crm, joined=[]).inn is None


def test_a_field_that_the_map_names_wins_over_requisites(box: BitrixSandbox) -> None:
    with connected(box, fields={"company.inn": "company/ufCrm_6"}) as crm:
        assert company(crm).inn == "1.5"
        assert company(crm).kpp == "770701001"
        assert company(crm).website == "romashka.example"


def test_people_of_the_portal_and_of_customers(box: BitrixSandbox, crm: Bitrix24) -> None:
    users = [one for one in said(crm, Noun.USER).values() if isinstance(one, User)]
    assert {one.is_active for one in users} == {True, False}
    assert {one.group_external_id for one in users} == set(said(crm, Noun.GROUP))
    for id_, found in said(crm, Noun.CONTACT).items():
        row = box.row("contact", int(id_))
        assert isinstance(found, Contact)
        assert found.name == f"{row['name']} {row['lastName']}"
        assert (found.position, found.company_external_id) == (row["post"], str(row["companyId"]))


def test_an_invoice_is_paid_when_its_stage_means_success(crm: Bitrix24) -> None:
    found = [one for one in said(crm, Noun.INVOICE).values() if isinstance(one, Invoice)]
    assert {one.status for one in found} == {"paid"}
    assert all(one.paid_at and one.paid_amount == one.amount for one in found)
    assert {one.payer_noun for one in found} == {Noun.COMPANY}
    assert all(one.number and one.issued_on and one.due_on for one in found)


def test_an_invoice_in_work_is_not_paid(box: BitrixSandbox, crm: Bitrix24) -> None:
    id_ = box.add(
        "invoice", title="Счёт", stageId="DT31_7:S", opportunity=5, contactId=7, companyId=0
    )
    (raw,) = crm.get_many(Noun.INVOICE, [str(id_)])
    found = crm.translate(raw)
    box.remove("invoice", id_)
    assert isinstance(found, Invoice)
    assert (found.status, found.paid_at, found.paid_amount) == ("DT31_7:S", None, None)
    assert (found.payer_noun, found.payer_external_id) == (Noun.CONTACT, "7")


def test_todos_and_tasks_are_told_apart_by_their_ids(box: BitrixSandbox, crm: Bitrix24) -> None:
    found = said(crm, Noun.TASK)
    for id_, one in found.items():
        kind, _, number = id_.partition("/")
        row = box.row({"todo": "activity", "task": "task"}[kind], int(number))
        assert isinstance(one, Task)
        assert (one.about_noun, one.kind) == (Noun.DEAL, kind)
        assert one.is_done == (row.get("COMPLETED") == "Y" or row.get("status") == "5")
        assert one.due_at is not None
    assert {id_.partition("/")[0] for id_ in found} == {"todo", "task"}


def test_a_todo_without_a_deadline_has_none(crm: Bitrix24) -> None:
    row = {"ID": "3", "SUBJECT": "", "DESCRIPTION": "Позвонить", "DEADLINE": "9999-12-31T00:00:00"}
    found = crm.translate(RawRecord(Noun.TASK, "todo/3", row))
    assert isinstance(found, Task)
    assert (found.due_at, found.text, found.about_noun) == (None, "Позвонить", None)


def test_a_task_is_about_the_first_record_that_is_known(crm: Bitrix24) -> None:
    row = {"id": "9", "title": "Счёт", "ufCrmTask": ["L_4", "T80_1", "SI_x", "CO_5", "D_37"]}
    found = crm.translate(RawRecord(Noun.TASK, "task/9", row))
    assert isinstance(found, Task)
    assert (found.about_noun, found.about_external_id) == (Noun.COMPANY, "5")


def test_calls_are_activities_and_todos_are_not(crm: Bitrix24) -> None:
    found = [one for one in said(crm, Noun.NOTE).values() if isinstance(one, Activity)]
    assert {one.happening for one in found} == {Happening.CALL}
    assert {one.is_incoming for one in found} == {True, False}
    assert {one.about_noun for one in found} == {Noun.CONTACT}


def test_what_is_only_planned_happened_when_it_was_planned(crm: Bitrix24) -> None:
    begin = "2026-12-01T10:00:00+03:00"
    planned = activity(crm, START_TIME=begin)
    assert planned.at == datetime(2026, 7, 25, 9, tzinfo=UTC)
    assert planned.about_noun is None  # a lead
    done = activity(crm, START_TIME=begin, COMPLETED="Y", TYPE_ID="2",
                    END_TIME="2026-12-01T10:05:00+03:00")  # fmt: skip
    assert (done.at, done.seconds) == (datetime(2026, 12, 1, 7, tzinfo=UTC), 300)
    chat = activity(crm, TYPE_ID="6", PROVIDER_ID="IMOPENLINES_SESSION")
    assert chat.happening is Happening.MESSAGE


def test_the_history_tells_of_beginnings_and_of_stages(crm: Bitrix24) -> None:
    found = [one for one in said(crm, Noun.EVENT).values() if isinstance(one, Activity)]
    assert {one.happening for one in found} == {Happening.CREATED, Happening.STAGE}
    ended = [one.details["to"] for one in found if one.happening is Happening.STAGE]
    assert {"stage": "WON", "pipeline": "0"} in ended


def test_custom_fields_are_told_with_their_choices(crm: Bitrix24) -> None:
    found = said(crm, Noun.FIELD)
    segment = found[f"company/{setup.SEGMENT}"]
    assert segment == Field(
        f"company/{setup.SEGMENT}", Noun.COMPANY, "Сегмент", "choice", "UF_CRM_1700000001",
        tuple(setup.SEGMENTS.values()),
    )  # fmt: skip
    assert {found[key].kind for key in found if isinstance(found[key], Field)} >= {
        "file", "text", "flag", "date", "money", "moment",
    }  # fmt: skip


def test_the_address_of_a_file_which_holds_a_secret_is_not_kept(crm: Bitrix24) -> None:
    rows, _ = pulled(crm, Noun.COMPANY)
    assert [raw for raw in rows if setup.LOGO in raw.body["joined"]["custom"]]
    people, _ = pulled(crm, Noun.CONTACT)
    assert not [raw for raw in (*rows, *people) if "token=" in str(raw.body)]


def test_our_own_firm_and_templates_are_no_records(box: BitrixSandbox, crm: Bitrix24) -> None:
    ids = {raw.external_id for raw in pulled(crm, Noun.COMPANY)[0]}
    assert ids == {str(id_) for id_ in box.ids("company")} - {"1"}
    assert list(crm.get_many(Noun.COMPANY, ["1"])) == []
    template = box.add("deal", title="Шаблон", isRecurring="Y", stageId="NEW", categoryId=0)
    assert list(crm.get_many(Noun.DEAL, [str(template)])) == []
    box.remove("deal", template)
