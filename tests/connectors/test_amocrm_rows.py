"""amoCRM's rows come out in our words: outcomes, tax numbers, phones, people, to-dos."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.amocrm.mapping import Mapper
from connectors.amocrm.settings import Settings
from connectors.kit.errors import BadRecord
from connectors.kit.records import Noun, Outcome, RawRecord

_LEAD = {
    "id": 5, "name": "Заказ", "price": 1200, "status_id": 4401, "pipeline_id": 3300,
    "created_at": 1_700_000_000, "updated_at": 1_700_003_600, "closed_at": None,
}  # fmt: skip


def said(noun: Noun, body: dict[str, Any], **options: str) -> Any:
    """A row in our words."""
    mapper = Mapper(Settings.model_validate(options), {})
    return mapper.translate(RawRecord(noun, str(body["id"]), body))


def lead(**values: Any) -> Any:
    return said(Noun.DEAL, _LEAD | values)


def company(*fields: dict[str, Any], **options: str) -> Any:
    return said(Noun.COMPANY, {"id": 1, "custom_fields_values": list(fields)}, **options)


def field(name: str, *values: Any, code: str | None = None, type_: str = "text") -> dict[str, Any]:
    listed = [{"value": value} for value in values]
    return {"field_name": name, "field_code": code, "field_type": type_, "values": listed}


@pytest.mark.parametrize("pipeline", [3300, 3310])
@pytest.mark.parametrize(
    ("stage", "outcome"), [(142, Outcome.WON), (143, Outcome.LOST), (4401, Outcome.OPEN)]
)
def test_142_is_won_and_143_is_lost_in_every_pipeline(
    pipeline: int, stage: int, outcome: Outcome
) -> None:
    deal = lead(status_id=stage, pipeline_id=pipeline)
    assert (deal.pipeline_external_id, deal.stage_external_id) == (str(pipeline), str(stage))
    assert deal.outcome is outcome


def test_the_stages_of_a_pipeline_carry_their_outcomes() -> None:
    statuses = [{"id": 4401, "name": "Первый", "sort": 20}, {"id": 142, "name": "Да", "sort": 9999}]
    body = {"id": 3300, "name": "Продажи", "_embedded": {"statuses": statuses}}
    first, last = said(Noun.PIPELINE, body).stages
    assert (first.external_id, first.position, first.outcome) == ("4401", 20, Outcome.OPEN)
    assert (last.external_id, last.position, last.outcome) == ("142", 9999, Outcome.WON)


def test_a_closed_deal_without_a_closing_time_was_closed_at_its_last_change() -> None:
    deal = lead(status_id=142, closed_at=None)
    assert deal.closed_at == datetime(2023, 11, 14, 23, 13, 20, tzinfo=UTC)


def test_an_open_deal_has_no_closing_time_whatever_amocrm_says() -> None:
    assert lead(closed_at=1_700_003_600).closed_at is None


def test_a_price_that_is_missing_is_unknown_and_one_of_zero_is_zero() -> None:
    assert lead(price=None).amount is None
    assert lead(price=0).amount == Decimal(0)


def test_prices_are_in_the_currency_of_the_account() -> None:
    assert said(Noun.DEAL, _LEAD, currency="kzt").currency == "KZT"


def test_a_currency_that_is_none_makes_a_bad_record() -> None:
    with pytest.raises(BadRecord, match="'XQQ' is not an ISO 4217 code"):
        said(Noun.DEAL, _LEAD, currency="XQQ")


def test_the_main_contact_of_a_deal_comes_first() -> None:
    contacts = [{"id": 8}, {"id": 7, "is_main": False}, {"id": 9, "is_main": True}, {"id": 8}]
    deal = lead(_embedded={"contacts": contacts, "companies": [{"id": 3}]})
    assert deal.contact_external_ids == ("9", "8", "7")
    assert deal.company_external_id == "3"


@pytest.mark.parametrize("embedded", [[], {}, None, {"contacts": [], "companies": []}])
def test_an_empty_object_may_be_a_list(embedded: Any) -> None:
    deal = lead(_embedded=embedded)
    assert (deal.company_external_id, deal.contact_external_ids) == (None, ())


def test_a_company_without_custom_fields_has_null_for_them() -> None:
    bare = said(Noun.COMPANY, {"id": 1, "name": "Ромашка", "custom_fields_values": None})
    assert (bare.inn, bare.kpp, bare.phones, bare.emails, bare.website) == (
        None,
        None,
        (),
        (),
        None,
    )


def test_tax_numbers_stand_in_text_fields() -> None:
    found = company(field("ИНН", " 7707083893 "), field("КПП", "770701001"))
    assert (found.inn, found.kpp) == ("7707083893", "770701001")


def test_tax_numbers_stand_in_the_fields_that_an_admin_named() -> None:
    found = company(
        field("ИНН", "1"), field("Tax", "7707083893"), field("Reason", "770701001"),
        inn_field="Tax", kpp_field="Reason",
    )  # fmt: skip
    assert (found.inn, found.kpp) == ("7707083893", "770701001")


def test_tax_numbers_stand_in_a_legal_entity() -> None:
    entity = {"name": "ООО «Ромашка»", "vat_id": "7707083893", "kpp": "770701001"}
    found = company(field("Юр. лицо", entity, type_="legal_entity"))
    assert (found.inn, found.kpp) == ("7707083893", "770701001")


def test_a_tax_number_of_a_legal_entity_holds_nothing_that_no_database_takes() -> None:
    found = company(
        field("Юр. лицо", {"vat_id": " 77070\x0083893 ", "kpp": "\ud800"}, type_="legal_entity")
    )
    assert (found.inn, found.kpp) == ("7707083893", "?")


def test_a_tax_number_of_a_legal_entity_that_is_no_text_is_no_tax_number() -> None:
    assert company(field("Юр. лицо", {"vat_id": {"deep": 1}}, type_="legal_entity")).inn is None


def test_all_phones_and_addresses_are_kept_each_once() -> None:
    found = company(
        field(
            "Телефон", "+7 495 000-00-00", "+7 495 000-00-01", "+7 495 000-00-00", code="PHONE",
            type_="multitext",
        ),
        field("Email", "info@romashka.example", code="EMAIL", type_="multitext"),
        field("Web", "romashka.example", code="WEB", type_="url"),
    )  # fmt: skip
    assert found.phones == ("+7 495 000-00-00", "+7 495 000-00-01")
    assert found.emails == ("info@romashka.example",)
    assert found.website == "romashka.example"


def test_a_contact_has_its_company_and_position() -> None:
    body = {
        "id": 7, "name": "", "first_name": "Анна", "last_name": "Белова",
        "custom_fields_values": [field("Должность", "Закупщик", code="POSITION")],
        "_embedded": {"companies": [{"id": 3}]},
    }  # fmt: skip
    found = said(Noun.CONTACT, body)
    assert (found.name, found.position, found.company_external_id) == (
        "Анна Белова",
        "Закупщик",
        "3",
    )


@pytest.mark.parametrize(
    ("entity", "noun"),
    [
        ("leads", Noun.DEAL), ("contacts", Noun.CONTACT), ("companies", Noun.COMPANY),
        ("customers", Noun.CUSTOMER),
    ],
)  # fmt: skip
def test_a_task_is_about_a_deal_a_contact_a_company_or_a_customer(entity: str, noun: Noun) -> None:
    task = said(Noun.TASK, {"id": 1, "entity_type": entity, "entity_id": 55, "result": []})
    assert (task.about_noun, task.about_external_id) == (noun, "55")


@pytest.mark.parametrize("entity", ["catalogs", None, "", []])
def test_a_task_about_anything_else_is_about_nothing_that_we_know(entity: Any) -> None:
    task = said(Noun.TASK, {"id": 1, "entity_type": entity, "entity_id": 55})
    assert (task.about_noun, task.about_external_id) == (None, None)
