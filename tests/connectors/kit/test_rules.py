"""Rules that are data make records of rows, or say which field and column are wrong."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.kit import values
from connectors.kit.errors import BadRecord
from connectors.kit.records import (
    Activity,
    Company,
    Contact,
    Deal,
    Happening,
    Invoice,
    Noun,
    Outcome,
    RawRecord,
    Task,
)
from connectors.kit.rules import EntityRules, key_of, pipelines, record
from tests.fakes.ruled import deal_rules, made, raw_deal


def test_a_row_becomes_a_deal() -> None:
    assert record(deal_rules(), raw_deal()) == Deal(
        external_id="5d1e",
        name="Сделка 10",
        pipeline_external_id="main",
        stage_external_id="vyigrana",
        outcome=Outcome.WON,
        amount=Decimal("120000.5"),
        currency="RUB",
        company_external_id="77aa",
        contact_external_ids=("c1", "c2"),
        tags=("opt", "rozn"),
        created_at=datetime(2026, 2, 3, 9, 15, tzinfo=UTC),
        updated_at=datetime(2026, 2, 3, 9, 15, tzinfo=UTC),
        closed_at=datetime(2026, 2, 4, 21, tzinfo=UTC),
    )


def test_a_literal_name_with_dots_goes_before_a_path() -> None:
    deal = record(deal_rules(name={"from": "a.b"}), raw_deal())
    assert isinstance(deal, Deal)
    assert deal.name == "2026-02-05"


def test_an_open_deal_has_no_closing_time_and_a_closed_one_has() -> None:
    opened = record(deal_rules(), raw_deal(**{"stadiya$c": "novaya"}))
    closed = record(deal_rules(), raw_deal(**{"a.b": None}))
    assert isinstance(opened, Deal)
    assert isinstance(closed, Deal)
    assert opened.closed_at is None
    assert closed.closed_at == closed.updated_at


def test_a_stage_that_is_not_listed_is_refused_unless_the_codes_say_what_others_are() -> None:
    with pytest.raises(
        BadRecord,
        match=r"stage \(from stadiya\$c\): 'zhdem' is not among the codes: novaya, vyigrana, 143",
    ):
        record(deal_rules(), raw_deal(**{"stadiya$c": "zhdem"}))
    lenient = deal_rules(stage={"from": "stadiya$c", "codes": {"vyigrana": "won", "*": "open"}})
    deal = record(lenient, raw_deal(**{"stadiya$c": "zhdem"}))
    assert isinstance(deal, Deal)
    assert (deal.stage_external_id, deal.outcome) == ("zhdem", Outcome.OPEN)


def test_the_stages_of_the_rules_are_the_pipeline() -> None:
    (line,) = pipelines(deal_rules(), "Сделки")
    assert (line.external_id, line.name) == ("main", "Сделки")
    assert [(s.external_id, s.name, s.outcome) for s in line.stages] == [
        ("novaya", "Новая", Outcome.OPEN),
        ("vyigrana", "vyigrana", Outcome.WON),
        ("143", "143", Outcome.LOST),
    ]
    several = deal_rules(pipeline={"from": "voronka", "names": {"a": "Опт", "b": "Розница"}})
    assert [line.name for line in pipelines(several, "")] == ["Опт", "Розница"]


def test_a_currency_is_read_from_its_column_where_there_is_one() -> None:
    deal = record(deal_rules(currency={"from": "money"}), raw_deal(money="usd"))
    assert isinstance(deal, Deal)
    assert deal.currency == "USD"
    with pytest.raises(BadRecord, match=r"currency \(from money\): is empty"):
        record(deal_rules(currency={"from": "money"}), raw_deal(money=None))


def test_several_columns_are_one_key_and_a_part_of_it_is_none() -> None:
    rules = EntityRules.model_validate(
        {"noun": "company", "key": ["Название", "Дата"], "fields": {"name": {"from": "Название"}}}
    )
    assert key_of(rules, {"Название": "Ромашка", "Дата": date(2026, 2, 3)}) == "Ромашка|2026-02-03"
    assert key_of(rules, {"Название": "Ромашка", "Дата": ""}) is None


def test_without_a_key_the_row_keeps_the_name_that_it_was_given() -> None:
    rules = EntityRules.model_validate({"noun": "company", "fields": {"name": {"from": "n"}}})
    assert key_of(rules, {"n": "Ромашка"}) is None
    made = record(rules, RawRecord(Noun.COMPANY, "row-1", {"n": "Ромашка"}))
    assert made.external_id == "row-1"


def test_people_and_their_firms_are_read() -> None:
    company = made(
        "company",
        {
            "name": {"from": "shortName"},
            "inn": {"from": "ИНН"},
            "phones": {"from": "Телефон"},
            "segment": {"from": "s", "codes": {"a": "VIP"}},
        },
        {
            "shortName": "ООО «Ромашка»",
            "ИНН": 7707083893,
            "s": "A",
            "Телефон": "+7 495 000-00-00; +7 495 000-00-01",
        },
    )
    assert isinstance(company, Company)
    assert (company.inn, company.segment) == ("7707083893", "VIP")
    assert company.phones == ("+7 495 000-00-00", "+7 495 000-00-01")
    contact = made(
        "contact",
        {
            "name": {"from": "n"},
            "emails": {"from": "mails.*.value"},
            "company_external_id": {"from": "org.0.id"},
        },
        {"mails": [{"value": "a@example.org"}, {"value": "нет"}], "org": [{"id": 3}]},
    )
    assert isinstance(contact, Contact)
    assert (contact.name, contact.emails, contact.company_external_id) == (
        "",
        ("a@example.org",),
        "3",
    )


def test_tasks_and_notes_say_what_they_are_about() -> None:
    task = made(
        "task",
        {
            "text": {"from": "t"},
            "about": {"from": "deal", "entity": "deal"},
            "is_done": {"from": "status", "codes": {"done": True, "*": False}},
        },
        {"t": "Позвонить", "deal": {"id": "5d1e"}, "status": "DONE"},
    )
    assert task == Task(
        "1", "Позвонить", is_done=True, about_noun=Noun.DEAL, about_external_id="5d1e"
    )
    note = made(
        "note",
        {
            "text": {"from": "t", "as": "html_text"},
            "at": {"from": "at"},
            "kind": {"from": "k", "value": "remark"},
        },
        {"t": "<b>Да</b>", "at": 1_770_110_100},
    )
    assert isinstance(note, Activity)
    assert (note.happening, note.kind, note.text) == (Happening.NOTE, "remark", "Да")
    call = made(
        "note",
        {"happening": {"from": "k", "codes": {"zvonok": "call"}}, "seconds": {"from": "s"}},
        {"k": "zvonok", "s": "75"},
    )
    assert isinstance(call, Activity)
    assert (call.happening, call.seconds) == (Happening.CALL, 75)


def test_codes_of_one_text_are_read_one_by_one() -> None:
    bill = made(
        "invoice",
        {
            "status": {"from": "s", "as": "codes_joined", "codes": {"a": "x", "b": "y"}},
            "name": {"from": "n"},
        },
        {"s": "a,b,a"},
        currency="RUB",
    )
    assert isinstance(bill, Invoice)
    assert (bill.status, bill.currency) == ("x, y", "RUB")


@pytest.mark.parametrize(
    ("said", "code"),
    [("руб.", "RUB"), ("Рублей", "RUB"), ("₽", "RUB"), ("RUR", "RUB"), ("$", "USD"),
     ("евро", "EUR"), ("₸", "KZT"), ("kzt", "KZT"), (" BYN ", "BYN")],
)  # fmt: skip
def test_what_people_write_for_a_currency_is_its_code(said: str, code: str) -> None:
    assert values.currency(said) == code


@pytest.mark.parametrize("said", ["", None, "фантики"])
def test_a_currency_that_nobody_knows_is_refused(said: str | None) -> None:
    with pytest.raises(BadRecord, match="is not an ISO 4217 code"):
        values.currency(said)


@pytest.mark.parametrize(
    ("said", "decimal"), [("1500.50", ","), ("1,5", "."), ("12,34.5", None), ("1.234.56,7", None)]
)
def test_a_number_whose_groups_are_none_is_refused_and_not_guessed(
    said: str, decimal: str | None
) -> None:
    with pytest.raises(BadRecord, match="can be read in two ways"):
        values.number(said, decimal)


@pytest.mark.parametrize("said", [45981, "45981", 2026, 20261120])
def test_a_number_of_a_sheet_is_no_time_of_1970(said: object) -> None:
    with pytest.raises(BadRecord, match="a time is needed"):
        values.moment(said, UTC)
