"""Custom fields of amoCRM: typed values, the account's own calendar, and the field map."""

from datetime import date
from typing import Any

import pytest

from connectors.amocrm.mapping import Mapper
from connectors.amocrm.settings import Settings
from connectors.kit.records import Noun, RawRecord


def field(number: int, type_: str, *values: Any, name: str = "Поле") -> dict[str, Any]:
    """A custom field as it stands in a row; a value is what stands under "value"."""
    listed = [value if isinstance(value, dict) else {"value": value} for value in values]
    return {"field_id": number, "field_name": name, "field_type": type_, "values": listed}


def entity(**parts: Any) -> dict[str, Any]:
    return {"value": parts}


def company(*fields: dict[str, Any], options: Any = None, **mapped: str) -> Any:
    """A company in our words; `mapped` is the field map without the noun before its targets."""
    field_map = {f"company.{target}": f"company/{number}" for target, number in mapped.items()}
    mapper = Mapper(Settings.model_validate(options or {}), field_map)
    body = {"id": 1, "name": "Ромашка", "custom_fields_values": list(fields)}
    return mapper.translate(RawRecord(Noun.COMPANY, "1", body))


@pytest.mark.parametrize(
    ("type_", "sent", "kind", "value"),
    [
        ("text", " слово ", "text", "слово"),
        ("textarea", "две\nстроки", "text", "две\nстроки"),
        ("url", "https://a.example", "text", "https://a.example"),
        ("numeric", "1.50", "number", "1.50"),
        ("numeric", 12, "number", "12"),
        ("monetary", "125000", "money", "125000"),
        ("monetary", "1 250,5", "money", "1250.5"),
        ("checkbox", True, "flag", True),
        ("checkbox", "0", "flag", False),
        ("select", {"value": "Опт", "enum_id": 17, "enum_code": None}, "choice", "Опт"),
        ("date_time", 1_757_970_000, "moment", "2025-09-15T21:00:00+00:00"),
        ("file", {"value": {"file_name": "a.pdf"}}, "file", {"file_name": "a.pdf"}),
        ("items", {"value": {"sku": "A"}}, "items", [{"sku": "A"}]),
        ("chained_list", {"catalog_id": 1, "catalog_element_id": 2}, "link",
         [{"catalog_id": 1, "catalog_element_id": 2}]),
        ("smart_address", {"value": "Тверь", "enum_code": "city"}, "address", {"city": "Тверь"}),
        ("of_tomorrow", {"value": [1]}, "other", [[1]]),
    ],
)  # fmt: skip
def test_a_custom_field_is_kept_with_a_value_of_its_kind(
    type_: str, sent: Any, kind: str, value: Any
) -> None:
    found = company(field(9, type_, sent))
    assert found.custom == {"9": {"name": "Поле", "kind": kind, "value": value}}


def test_several_choices_and_several_phones_are_all_kept() -> None:
    phone = {"value": "+7 495 000-00-00", "enum_id": 480, "enum_code": "WORK"}
    found = company(field(8, "multiselect", "Опт", "Розница"), field(9, "multitext", phone))
    assert found.custom["8"]["value"] == ["Опт", "Розница"]
    assert found.custom["9"]["value"] == [{"value": "+7 495 000-00-00", "kind": "WORK"}]


@pytest.mark.parametrize(
    ("type_", "sent"),
    [
        ("numeric", "дорого"), ("numeric", "nan"), ("date", "вчера"), ("date", 10**12),
        ("select", None), ("legal_entity", "ООО"), ("multitext", ""),
    ],
)  # fmt: skip
def test_what_is_no_value_of_its_kind_is_left_out_and_the_record_stays(
    type_: str, sent: Any
) -> None:
    found = company(field(9, type_, sent))
    assert (found.name, found.custom) == ("Ромашка", {})


@pytest.mark.parametrize("sent", [1_757_970_000, "1757970000", "2025-09-16T00:00:00+03:00"])
@pytest.mark.parametrize("type_", ["date", "birthday"])
def test_a_date_is_midnight_in_the_accounts_time_zone_and_no_day_earlier(
    type_: str, sent: Any
) -> None:
    assert company(field(9, type_, sent)).custom["9"]["value"] == "2025-09-16"


def test_a_date_follows_the_time_zone_that_the_account_has() -> None:
    east = company(field(9, "date", 1_757_948_400), options={"timezone": "Asia/Yekaterinburg"})
    assert east.custom["9"]["value"] == "2025-09-15"
    far = company(field(9, "date", 1_757_948_400), options={"timezone": "Asia/Kamchatka"})
    assert far.custom["9"]["value"] == "2025-09-16"


def test_a_date_before_1970_is_a_date() -> None:
    assert company(field(9, "birthday", -315_630_000)).custom["9"]["value"] == "1960-01-01"


def test_the_field_map_says_where_everything_stands() -> None:
    found = company(
        field(1, "text", "7707083893"), field(2, "numeric", 770701001), field(3, "text", "10277"),
        field(4, "select", "Ключевой"), field(5, "date", 1_798_664_400), field(6, "url", "a.ru"),
        inn="1", kpp="2", ogrn="3", segment="4", contract_ends_on="5", website="6",
    )  # fmt: skip
    assert (found.inn, found.kpp, found.ogrn) == ("7707083893", "770701001", "10277")
    assert (found.segment, found.website) == ("Ключевой", "a.ru")
    assert found.contract_ends_on == date(2026, 12, 31)


def test_the_map_is_stronger_than_the_usual_name() -> None:
    found = company(
        field(1, "text", "111", name="ИНН"), field(2, "text", "222", name="Реквизит"), inn="2"
    )
    assert found.inn == "222"


def test_an_address_is_one_line_and_tells_its_city() -> None:
    said = {"address_line_1": "Мира 1", "city": "Самара", "zip": "443000"}
    parts = [{"value": value, "enum_code": code} for code, value in said.items()]
    found = company(field(1, "smart_address", *parts), address="1")
    assert (found.address, found.city) == ("443000, Самара, Мира 1", "Самара")
    text = field(1, "textarea", "г. Самара,\nМира 1") | {"field_code": "ADDRESS"}
    assert company(text).address == "г. Самара, Мира 1"
    legal = field(7, "legal_entity", entity(name="ООО", address="Тула", real_address="Самара"))
    assert (company(legal).address, company(legal).city) == ("Самара", None)
    assert company(field(2, "select", "Тула"), city="2").city == "Тула"


def test_a_segment_of_several_choices_is_one_text() -> None:
    assert company(field(4, "multiselect", "Опт", "Север"), segment="4").segment == "Опт, Север"


@pytest.mark.parametrize("written", ["31.12.2026", "2026-12-31"])
def test_the_end_of_a_contract_may_stand_in_a_text(written: str) -> None:
    found = company(field(5, "text", written), contract_ends_on="5")
    assert found.contract_ends_on == date(2026, 12, 31)


def test_where_the_mapped_field_is_empty_a_legal_entity_tells_the_tax_number() -> None:
    legal = field(7, "legal_entity", entity(vat_id=7707083893, kpp="770701001", name="ООО"))
    found = company(field(1, "text"), legal, inn="1")
    assert (found.inn, found.kpp) == ("7707083893", "770701001")


def test_of_several_legal_entities_the_mapped_one_tells_the_tax_number() -> None:
    other = field(6, "legal_entity", entity(vat_id="111", name="Чужое"))
    own = field(7, "legal_entity", entity(vat_id="222", tax_registration_reason_code=10277))
    found = company(other, own, legal_entity="7")
    assert (found.inn, found.ogrn) == ("222", "10277")
    assert found.custom["7"]["value"] == {"inn": "222", "ogrn": "10277"}


def test_a_deal_and_a_contact_have_mapped_fields_too() -> None:
    field_map = {"deal.contract_ends_on": "deal/5", "contact.position": "contact/6"}
    mapper = Mapper(Settings(), field_map)
    lead = {"id": 1, "status_id": 2, "pipeline_id": 3}
    deal = lead | {"custom_fields_values": [field(5, "date", 1_798_664_400)]}
    found: Any = mapper.translate(RawRecord(Noun.DEAL, "1", deal))
    assert found.contract_ends_on == date(2026, 12, 31)
    contact = {"id": 1, "custom_fields_values": [field(6, "select", "Закупщик")]}
    found = mapper.translate(RawRecord(Noun.CONTACT, "1", contact))
    assert found.position == "Закупщик"


@pytest.mark.parametrize("custom", [None, [], ()])
def test_null_in_the_place_of_custom_fields_is_none_of_them(custom: Any) -> None:
    body = {"id": 1, "custom_fields_values": list(custom) if custom is not None else None}
    found: Any = Mapper(Settings(), {}).translate(RawRecord(Noun.COMPANY, "1", body))
    assert found.custom == {}


def test_a_time_zone_that_does_not_exist_is_refused_at_the_door() -> None:
    with pytest.raises(ValueError, match="not a time zone"):
        Settings.model_validate({"timezone": "Europe/Nowhere"})


@pytest.mark.parametrize(
    ("sent", "consent"),
    [
        (field(5, "checkbox", True), True),
        (field(5, "select", "Отказ"), False),
        (field(5, "text", "Дано 01.02.2026"), True),
        (field(5, "text", "уточнить"), None),
    ],
)
def test_what_a_person_agreed_to_is_read_from_the_mapped_field(
    sent: dict[str, Any], consent: bool | None
) -> None:
    field_map = {"contact.consent": "contact/5", "contact.do_not_contact": "contact/6"}
    mapper = Mapper(Settings.model_validate({}), field_map)
    body = {"id": 1, "custom_fields_values": [sent, field(6, "checkbox", True)]}
    found: Any = mapper.translate(RawRecord(Noun.CONTACT, "1", body))
    assert (found.consent, found.do_not_contact) == (consent, True)
