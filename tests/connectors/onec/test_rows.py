"""Rows of a base in our words: what counts, whose it is, when it was, in which money."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.errors import BadRecord
from connectors.kit.records import (
    Company,
    Invoice,
    Noun,
    Payment,
    RawRecord,
    Record,
    Shipment,
    User,
)
from connectors.onec.mapping import translate
from connectors.onec.settings import Settings

_KEY = "5f1c2e6a-0000-11ee-8000-000000000001"
_COMPANY = "5f1c2e6a-0000-11ee-8000-000000000003"
_EMPTY = "00000000-0000-0000-0000-000000000000"
_BP = Settings()
_ROW = {
    "Ref_Key": _KEY, "DataVersion": "AAAACgAAAAA=", "DeletionMark": False, "Posted": True,
    "Number": "0000-000001  ", "Date": "2026-07-22T01:22:08", "Контрагент_Key": _COMPANY,
    "СуммаДокумента": 22729.17, "@currency": "RUB", "ВидОперации": "ОплатаПокупателя",
    "СрокОплаты": "0001-01-01T00:00:00",
}  # fmt: skip


def _said(noun: Noun, role: str = "", options: Mapping[str, Any] | None = None, **but: Any) -> Any:
    body = {key: value for key, value in {**_ROW, **but}.items() if value is not ...}
    raw = RawRecord(noun, f"{role}/{_KEY}" if role else _KEY, body)
    found: Record = translate(raw, Settings.model_validate(options) if options else _BP)
    return found


def test_a_payment_is_of_a_day_in_the_books_and_of_a_time_in_the_zone_of_the_base() -> None:
    assert _said(Noun.PAYMENT, "bank") == Payment(
        external_id=f"bank/{_KEY}", company_external_id=_COMPANY,
        paid_on=date(2026, 7, 22), amount=Decimal("22729.17"), currency="RUB",
        number="0000-000001", created_at=datetime(2026, 7, 21, 22, 22, 8, tzinfo=UTC),
    )  # fmt: skip
    east = _said(Noun.PAYMENT, "bank", {"timezone": "Asia/Yekaterinburg"})
    assert east.created_at == datetime(2026, 7, 21, 20, 22, 8, tzinfo=UTC)
    assert east.paid_on == date(2026, 7, 22)


@pytest.mark.parametrize(
    ("but", "is_out"),
    [
        ({}, False),
        ({"Posted": False}, True),
        ({"DeletionMark": True}, True),
        ({"ВидОперации": "ПрочееПоступление"}, True),
        ({"ВидОперации": ...}, True),
    ],
)
def test_what_is_not_posted_marked_or_no_payment_of_a_customer_does_not_count(
    but: dict[str, Any], is_out: bool
) -> None:
    assert _said(Noun.PAYMENT, "bank", **but).is_deleted is is_out


def test_an_invoice_that_is_not_posted_is_a_draft_and_a_marked_one_is_deleted() -> None:
    invoice = _said(Noun.INVOICE)
    assert isinstance(invoice, Invoice)
    assert (invoice.status, invoice.due_on, invoice.is_deleted) == ("issued", None, False)
    assert (invoice.payer_noun, invoice.payer_external_id) == (Noun.COMPANY, _COMPANY)
    draft = _said(Noun.INVOICE, Posted=False, СрокОплаты="2026-08-01T00:00:00")
    assert (draft.status, draft.due_on, draft.is_deleted) == ("draft", date(2026, 8, 1), False)
    assert _said(Noun.INVOICE, DeletionMark=True).is_deleted


def test_a_return_is_a_shipment_with_a_negative_amount() -> None:
    assert _said(Noun.SHIPMENT, "shipment").amount == Decimal("22729.17")
    assert _said(Noun.SHIPMENT, "return").amount == Decimal("-22729.17")


def test_a_reference_of_several_types_counts_only_when_it_is_to_a_customer() -> None:
    of = {"Контрагент_Key": ..., "Контрагент": _COMPANY}
    kind = "StandardODATA.Catalog_"
    paid = _said(Noun.PAYMENT, "bank", **of, Контрагент_Type=f"{kind}Контрагенты")
    assert paid.company_external_id == _COMPANY
    lent = _said(Noun.PAYMENT, "bank", **of, Контрагент_Type=f"{kind}ФизическиеЛица")
    assert lent.company_external_id is None
    assert _said(Noun.PAYMENT, "bank", Контрагент_Key=_EMPTY).company_external_id is None


def test_a_payment_names_its_invoice_when_it_is_for_one_alone() -> None:
    one, two = {"СчетНаОплату_Key": _KEY}, {"СчетНаОплату_Key": _COMPANY}
    none = {"СчетНаОплату_Key": _EMPTY}
    for parts, invoice in (([one], _KEY), ([one, one], _KEY), ([one, two], None), ([none], None)):
        found = _said(Noun.PAYMENT, "bank", РасшифровкаПлатежа=parts)
        assert found.invoice_external_id == invoice


def test_a_document_is_set_aside_whose_amount_day_or_money_cannot_be_told() -> None:
    for but in (
        {"СуммаДокумента": ...},
        {"Date": "0001-01-01T00:00:00"},
        {"Date": "next week"},
        {"Date": "3026-01-01T00:00:00"},
        {"@currency": "999 тугрик"},
    ):
        with pytest.raises(BadRecord):
            _said(Noun.SHIPMENT, "shipment", **but)


def test_names_of_a_customised_base_are_set_one_by_one() -> None:
    options = {
        "field.shipment.amount": "СуммаСНДС", "only.bank": "Вид=Наша", "set.company": "Catalog_К",
    }  # fmt: skip
    shipped = _said(Noun.SHIPMENT, "shipment", options, СуммаСНДС=5)
    assert isinstance(shipped, Shipment)
    assert shipped.amount == 5
    assert _said(Noun.PAYMENT, "bank", options).is_deleted
    assert not _said(Noun.PAYMENT, "bank", options, Вид="Наша").is_deleted
    assert not _said(Noun.PAYMENT, "bank", {"only.bank": "any"}, ВидОперации="x").is_deleted
    assert _said(Noun.PAYMENT, "cash", options).company_external_id == _COMPANY


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("configuration", "erp3", "configuration"),
        ("timezone", "Moscow", "time zone"),
        ("currency", "рубли", "ISO 4217"),
        ("set.item", "none", "only these sets may be none: bank, cash"),
        ("set.nothing", "x", "there are the words user|there are the words company"),
        ("field.bank", "x", "there are the words"),
        ("field.bank.sum", "x", "bank has the fields: company"),
        ("page_rows", "0", "page_rows"),
        ("unheard_of", "1", "unheard_of"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_in_words(key: str, value: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Settings.model_validate({key: value})


def test_people_and_customers_are_read_without_the_blanks_of_their_columns() -> None:
    row = {"Description": "ООО «Ромашка» ", "ИНН": "7707083893  ", "КПП": "         "}
    found = translate(RawRecord(Noun.COMPANY, _KEY, row), _BP)
    assert found == Company(_KEY, "ООО «Ромашка»", inn="7707083893")
    for row, is_active in (
        ({}, True),
        ({"Недействителен": True}, False),
        ({"DeletionMark": True}, False),
    ):
        found = translate(RawRecord(Noun.USER, _KEY, {"Description": "Роман", **row}), _BP)
        assert found == User(_KEY, "Роман", is_active=is_active)


@settings(max_examples=200, database=None, derandomize=True)
@given(
    at=st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)).map(  # noqa: DTZ001 - a base has no zone
        lambda at: at.replace(microsecond=0)
    ),
    cents=st.integers(-(10**12), 10**12),
)
def test_any_time_and_amount_of_a_base_is_kept_to_the_cent(at: datetime, cents: int) -> None:
    paid = _said(Noun.PAYMENT, "bank", Date=at.isoformat(), СуммаДокумента=cents / 100)
    assert paid.paid_on == at.date()
    assert paid.amount == Decimal(cents) / 100
