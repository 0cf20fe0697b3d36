"""Deals with what is attached, repeat buyers, products, invoices and departments of amoCRM."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.amocrm.mapping import Mapper
from connectors.amocrm.settings import Settings
from connectors.kit.errors import BadRecord
from connectors.kit.records import Item, Noun, RawRecord

_LEAD = {"id": 5, "name": "Заказ", "price": 1200, "status_id": 143, "pipeline_id": 3300}
_AT = 1_759_500_000


def said(noun: Noun, body: dict[str, Any], external_id: str | None = None) -> Any:
    """A row in our words."""
    raw = RawRecord(noun, external_id or str(body["id"]), body)
    return Mapper(Settings(), {}).translate(raw)


def coded(code: str, **value: Any) -> dict[str, Any]:
    """A field of a catalog's element."""
    types = {"BILL_STATUS": "select", "PAYER": "payer", "PRICE": "price", "SKU": "text"}
    types |= {"BILL_PRICE": "numeric", "BILL_PAYMENT_DATE": "date"}
    field = {"field_id": 1, "field_name": code, "field_code": code, "values": [value]}
    return field | {"field_type": types[code]}


@pytest.mark.parametrize(
    "embedded",
    [[{"id": 41, "name": "Дорого"}], {"id": 41, "name": "Дорого"}],
    ids=["as it comes", "as it is documented"],
)
def test_the_reason_of_a_loss_is_a_list_or_an_object(embedded: Any) -> None:
    assert (
        said(Noun.DEAL, _LEAD | {"_embedded": {"loss_reason": embedded}}).loss_reason_external_id
        == "41"
    )


@pytest.mark.parametrize("embedded", [[], {}, None])
def test_a_deal_without_a_reason_of_loss_has_none(embedded: Any) -> None:
    deal = said(Noun.DEAL, _LEAD | {"loss_reason_id": None, "_embedded": {"loss_reason": embedded}})
    assert deal.loss_reason_external_id is None


def test_what_is_attached_to_a_deal_comes_with_how_much_of_it() -> None:
    elements = [
        {"id": 12, "metadata": {"quantity": "2.5", "catalog_id": 1001}},
        {"id": 13, "metadata": []},
    ]
    deal = said(Noun.DEAL, _LEAD | {"_embedded": {"catalog_elements": elements}})
    assert deal.items == (Item("12", Decimal("2.5"), "1001"), Item("13", None, None))


def test_tags_are_known_by_their_names_for_their_numbers_differ_between_nouns() -> None:
    of_deals = {"tags": [{"id": 90, "name": "опт"}, {"id": 91, "name": "vip"}]}
    of_companies = {"tags": [{"id": 17, "name": "опт"}]}
    assert said(Noun.DEAL, _LEAD | {"_embedded": of_deals}).tags == ("опт", "vip")
    assert said(Noun.COMPANY, {"id": 1, "_embedded": of_companies}).tags == ("опт",)


def test_a_deal_of_a_pipeline_and_a_user_that_are_gone_keeps_naming_them() -> None:
    deal = said(
        Noun.DEAL, _LEAD | {"pipeline_id": 999, "status_id": 998, "responsible_user_id": 997}
    )
    assert (deal.pipeline_external_id, deal.stage_external_id) == ("999", "998")
    assert deal.owner_external_id == "997"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("", ""), (None, ""), ("🚚 Доставка", "🚚 Доставка"), ("<b>Заказ</b>", "<b>Заказ</b>"),
        ("=1+1", "=1+1"), ("я" * 300, "я" * 300), ("а\x00б", "аб"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("noun", [Noun.DEAL, Noun.COMPANY, Noun.CONTACT])
def test_a_name_may_hold_anything(noun: Noun, sent: str | None, name: str) -> None:
    assert said(noun, _LEAD | {"name": sent}).name == name


def test_a_customer_comes_with_what_it_bought_and_will_buy() -> None:
    body = {
        "id": 3, "name": "Ромашка", "next_price": 5000, "next_date": _AT, "status_id": 311,
        "ltv": 70_000, "purchases_count": 4, "responsible_user_id": 701,
        "_embedded": {
            "companies": [{"id": 6001}], "tags": [],
            "contacts": [{"id": 8, "is_main": False}, {"id": 7, "is_main": True}],
        },
    }  # fmt: skip
    found = said(Noun.CUSTOMER, body)
    assert (found.company_external_id, found.contact_external_ids) == ("6001", ("7", "8"))
    assert (found.total_amount, found.purchases_count) == (Decimal(70_000), 4)
    assert (found.next_amount, found.currency) == (Decimal(5000), "RUB")
    assert found.next_purchase_at == datetime(2025, 10, 3, 14, 0, tzinfo=UTC)
    assert found.stage_external_id == "311"


@pytest.mark.parametrize(
    "whose", [{"customer_id": 3}, {"_embedded": {"customer": {"id": 3}}}], ids=["plain", "embedded"]
)
def test_a_purchase_belongs_to_a_customer(whose: dict[str, Any]) -> None:
    found = said(Noun.PURCHASE, {"id": 9, "price": 500, "completed_at": _AT, "comment": ""} | whose)
    assert (found.customer_external_id, found.amount, found.comment) == ("3", Decimal(500), None)


def test_a_purchase_of_nobody_is_a_bad_record() -> None:
    with pytest.raises(BadRecord, match="id is needed"):
        said(Noun.PURCHASE, {"id": 9, "price": 500})


@pytest.mark.parametrize("is_deleted", [None, False])
def test_an_element_of_a_catalog_is_there_also_where_deletion_is_null(is_deleted: Any) -> None:
    fields = [coded("SKU", value="A-1"), coded("PRICE", value="12.50")]
    body = {"id": 12, "catalog_id": 1001, "name": "Кабель", "custom_fields_values": fields}
    found = said(Noun.PRODUCT, body | {"is_deleted": is_deleted})
    assert (found.sku, found.price, found.is_deleted) == ("A-1", Decimal("12.5"), False)
    assert found.catalog_external_id == "1001"


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({"value": "Оплачен", "enum_code": "paid"}, "paid"),
        ({"value": "Частично", "enum_code": "partially_paid"}, "partly_paid"),
        ({"value": "Предоплата", "enum_code": "paid_in_advance"}, "paid_in_advance"),
        ({"value": "Своё слово", "enum_code": None}, "Своё слово"),
    ],
)
def test_an_invoice_is_paid_by_its_code_and_not_by_a_word(value: Any, status: str) -> None:
    body = {"id": 44, "name": "Счёт 1", "custom_fields_values": [coded("BILL_STATUS", **value)]}
    assert said(Noun.INVOICE, body).status == status


def test_an_invoice_has_a_payer_a_sum_and_a_day_of_payment() -> None:
    payer = {"name": "Ромашка", "entity_type": "companies", "entity_id": 6001}
    fields = [
        coded("PAYER", value=payer), coded("BILL_PRICE", value="700"),
        coded("BILL_PAYMENT_DATE", value=1_757_970_000),
    ]  # fmt: skip
    found = said(Noun.INVOICE, {"id": 44, "name": "Счёт 1", "custom_fields_values": fields})
    assert (found.payer_noun, found.payer_external_id) == (Noun.COMPANY, "6001")
    assert (found.amount, found.status) == (Decimal(700), "created")
    assert found.paid_at == datetime(2025, 9, 15, 21, 0, tzinfo=UTC)  # midnight in Moscow


def test_the_first_department_has_the_number_0_and_people() -> None:
    assert said(Noun.GROUP, {"id": 0, "name": "Отдел продаж"}).external_id == "0"
    assert said(Noun.USER, {"id": 7, "rights": {"group_id": 0}}).group_external_id == "0"
    embedded = {"rights": {"group_id": None}, "_embedded": {"groups": [{"id": 5}]}}
    assert said(Noun.USER, {"id": 7} | embedded).group_external_id == "5"
    assert said(Noun.USER, {"id": 7, "rights": []}).group_external_id is None


def test_a_reason_of_loss_has_a_name_and_a_place() -> None:
    found = said(Noun.LOSS_REASON, {"id": 41, "name": "Дорого", "sort": 1000})
    assert (found.name, found.position) == ("Дорого", 1000)


@pytest.mark.parametrize(("type_", "kind"), [("legal_entity", "legal_entity"), ("new", "other")])
def test_a_definition_of_a_field_says_whose_it_is_and_of_which_kind(type_: str, kind: str) -> None:
    enums = [{"id": 1, "value": "Опт"}, {"id": 2, "value": "Розница"}]
    body = {"id": 9011, "name": "Поле", "type": type_, "code": None, "enums": enums}
    found = said(Noun.FIELD, body, "company/9011")
    assert (found.external_id, found.about_noun, found.kind) == ("company/9011", Noun.COMPANY, kind)
    assert found.options == ("Опт", "Розница")


def test_a_task_has_a_type_and_a_result_that_may_be_an_empty_list() -> None:
    body = {"id": 1, "text": "Позвонить", "task_type_id": 2, "result": {"text": "Дозвонились"}}
    found = said(Noun.TASK, body)
    assert (found.kind, found.result, found.is_ours) == ("2", "Дозвонились", False)
    assert said(Noun.TASK, body | {"result": []}).result is None
