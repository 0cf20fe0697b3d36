"""Rows of tables become raw records and records, each under a key of its own."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.kit.columns import (
    Client,
    TableMap,
    again,
    client_with,
    given,
    given_fields,
    table_named,
    take,
)  # fmt: skip
from connectors.kit.columns.clients import as_company, as_raw, key_of
from connectors.kit.contract import Credentials
from connectors.kit.errors import BadRecord
from connectors.kit.records import (
    Budget,
    Contract,
    Cost,
    CostKind,
    Invoice,
    Noun,
    Plan,
    RawRecord,
    SellOut,
)
from connectors.tables import Tables

ALL = Client(id="id", inn="inn", kpp="kpp", name="name")


def mapped(table: str, fields: dict[str, object], **more: object) -> TableMap:
    rules = {k: {"from": v} if isinstance(v, str) else v for k, v in fields.items()}
    client = {"name": "Клиент"}
    return TableMap.model_validate({"table": table, "client": client, "fields": rules, **more})


PAYMENTS = mapped("payments", {"paid_on": "Дата", "amount": "Сумма", "number": "Номер"},
                  key=["number", "paid_on", "client"], currency="RUB")  # fmt: skip


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"id": 7, "inn": "7707083893"}, "id:7"),
        ({"inn": "7707083893", "name": "Ромашка"}, "inn:7707083893"),
        ({"inn": 7707083893, "kpp": "770701001"}, "inn:7707083893/kpp:770701001"),
        ({"inn": "7707083893 / 770701001"}, "inn:7707083893/kpp:770701001"),
        ({"inn": 277905111, "kpp": 27701001}, "inn:277905111/kpp:027701001"),
        ({"inn": "-", "name": "ООО  «Ромашка»"}, "name:ооо ромашка"),
        ({"name": 'ооо "РОМАШКА"'}, "name:ооо ромашка"),
        ({"kpp": "770701001"}, None),
        ({}, None),
    ],
)
def test_a_client_is_known_by_what_is_surest(row, key) -> None:
    assert key_of(ALL.read(row)) == key


def test_an_inn_that_lost_its_first_zero_gets_it_back() -> None:
    assert ALL.read({"inn": 101001011})["inn"] in {"0101001011", "101001011"}
    assert key_of(ALL.read({"inn": "0278000003"})) == key_of(ALL.read({"inn": 278000003}))


@examples(name=st.text(min_size=1, max_size=400))
@settings(max_examples=200)
def test_a_client_of_any_name_is_known_by_a_short_key(name) -> None:
    key = key_of({"name": name})
    assert key is not None
    assert len(key) <= 200
    assert key == key_of({"name": name})


def test_a_client_becomes_a_company_and_new_words_of_it_are_added() -> None:
    raw = as_raw({"inn": "7707083893"})
    assert raw is not None
    company = as_company(raw)
    assert company is not None
    assert (company.name, company.inn) == ("7707083893", "7707083893")
    body = client_with(raw.body, {"client": {"name": "Ромашка"}})
    assert body == {"client": {"inn": "7707083893", "name": "Ромашка"}}
    assert as_company(RawRecord(Noun.PAYMENT, "1", body)) is None


def test_the_key_is_the_same_however_a_day_is_written() -> None:
    row = {"Дата": "01.02.2026", "Сумма": "5", "Номер": 15, "Клиент": "Ромашка"}
    taken = take(PAYMENTS, row)
    assert taken.raw.external_id == "15|2026-02-01|name:ромашка"
    assert take(PAYMENTS, row | {"Дата": "2026-02-01"}).raw.external_id == taken.raw.external_id
    assert taken.raw.body == {"row": row}
    long = take(PAYMENTS, row | {"Номер": "9" * 190}).raw.external_id
    assert len(long) < 200


def test_a_row_without_the_first_part_of_its_key_is_refused() -> None:
    with pytest.raises(BadRecord, match="key: number is empty"):
        take(PAYMENTS, {"Дата": "01.02.2026", "Сумма": "5", "Клиент": "Ромашка"})


def test_without_a_key_the_content_is_one() -> None:
    weak = PAYMENTS.model_copy(update={"key": []})
    row = {"Дата": "01.02.2026", "Сумма": "5", "Клиент": "Ромашка", "Пусто": None}
    first = take(weak, row).raw.external_id
    assert first.startswith("row:")
    assert take(weak, dict(reversed(row.items()))).raw.external_id == first
    assert take(weak, row | {"Сумма": "6"}).raw.external_id != first


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("month", "15.02.2026", date(2026, 2, 1), date(2026, 2, 28)),
        ("quarter", "2026-11-30", date(2026, 10, 1), date(2026, 12, 31)),
        ("year", "2026-11-30", date(2026, 1, 1), date(2026, 12, 31)),
        ("month", "2026-12-05", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_may_stand_for_its_period(period, day, first, last) -> None:
    fields = {"kpi": {"value": "won_revenue"}, "starts_on": "М", "ends_on": "М", "target": "П"}
    row = {"М": day, "П": "5", "Клиент": "Р"}
    plan = take(mapped("plans", fields, period=period), row).record
    assert isinstance(plan, Plan)
    assert (plan.starts_on, plan.ends_on) == (first, last)
    sold = take(mapped("sell_out", {"sold_on": "М"}, period=period), row).record
    assert isinstance(sold, SellOut)
    assert (sold.since, sold.sold_on) == (first, last)


def test_what_cannot_be_is_refused() -> None:
    ends = mapped("budgets", {"starts_on": "А", "ends_on": "Б", "amount": "С"}, currency="RUB")
    row = {"А": "2026-02-02", "Б": "2026-02-01", "С": 5, "Клиент": "Р"}
    with pytest.raises(BadRecord, match="ends_on: 2026-02-01 is before 2026-02-02"):
        take(ends, row)
    assert isinstance(take(ends, row | {"Б": "2026-02-02"}).record, Budget)
    nps = mapped("nps_answers", {"answered_on": "А", "score": "С"})
    with pytest.raises(BadRecord, match="score: 0 to 10 is needed, got 11"):
        take(nps, row | {"С": 11})
    with pytest.raises(BadRecord, match="client .from Клиент.: 'list of 1'|client .from Клиент"):
        take(nps, row | {"Клиент": [1]})


@pytest.mark.parametrize(
    ("said", "kind"),
    [("Ретробонус", "trade_spend"), ("СКИДКИ", "discount"), ("cost to serve", "cost_to_serve"),
     ("Trade_Spend", "trade_spend"), ("прочие  расходы", "other"), ("cogs", "cogs")],
)  # fmt: skip
def test_kinds_of_costs_are_understood_in_both_languages(said, kind) -> None:
    costs = mapped("costs", {"spent_on": "Д", "kind": "В", "amount": "С"}, currency="RUB")
    row = {"Д": "2026-02-02", "В": said, "С": -5, "Клиент": "Р"}
    spent = take(costs, row).record
    assert isinstance(spent, Cost)
    assert (spent.kind, spent.amount) == (CostKind(kind), -5)
    with pytest.raises(BadRecord, match="kind .from В.: 'Кофе' is none of discount, .*by codes"):
        take(costs, row | {"В": "Кофе"})


def test_a_contract_is_read_with_its_steps_and_what_cannot_be_is_refused() -> None:
    named = {
        "number": "Н", "starts_on": "А", "ends_on": "Б", "rebate_steps": "Бонус",
        "rebate_period": "Период", "payment_days": "Отсрочка",
    }  # fmt: skip
    contracts = mapped("contracts", named, currency="RUB", key=["number", "client"])
    row = {"Н": "7", "А": "2026-02-02", "Бонус": "5 млн: 3%; 3 млн: 2%", "Период": "Ежеквартально",
           "Клиент": "Р", "Отсрочка": 30}  # fmt: skip
    taken = take(contracts, row)
    made = taken.record
    assert isinstance(made, Contract)
    assert (taken.raw.external_id, made.ends_on, made.currency) == ("7|name:р", None, "RUB")
    assert (made.rebate_steps, made.rebate_period) == ("3000000: 2%; 5000000: 3%", "quarter")
    for wrong, why in (
        ({"Б": "2026-02-01"}, "ends_on: 2026-02-01 is before"),
        ({"Бонус": "2%"}, "rebate_steps .from Бонус.: steps such as"),
        ({"Отсрочка": -1}, "payment_days: is less than nothing: -1"),
    ):
        with pytest.raises(BadRecord, match=why):
            take(contracts, row | wrong)
    with pytest.raises(BadRecord, match="currency: is empty"):
        given(table_named("contracts"), {"external_id": 1, "client": {"name": "Р"}, "number": "7",
                                         "starts_on": "2026-02-02", "credit_limit": 5})  # fmt: skip


def test_what_came_back_is_not_negative() -> None:
    returns = mapped("returns", {"returned_on": "Д", "amount": "С"}, currency="RUB")
    with pytest.raises(BadRecord, match="amount: is less than nothing: -5"):
        take(returns, {"Д": "2026-02-02", "С": -5, "Клиент": "Р"})


@pytest.mark.parametrize(
    ("paid", "status"), [(None, "created"), (40, "partly_paid"), (100, "paid")]
)
def test_a_bill_is_as_paid_as_it_is(paid, status) -> None:
    bills = mapped("invoices", {"amount": "С", "paid_amount": "О", "number": "Н"}, currency="RUB")
    bill = take(bills, {"С": 100, "О": paid, "Н": "7", "Клиент": "Р"}).record
    assert isinstance(bill, Invoice)
    assert (bill.status, bill.name, bill.payer_external_id) == (status, "7", "name:р")


def test_rows_of_programs_are_read_again_from_what_was_kept() -> None:
    table = table_named("Sell-Out")
    row = {"external_id": 5, "client": {"name": "Р"}, "sold_on": "2026-02-01", "quantity": "1.5"}
    taken = given(table, row)
    record = again(table, None, taken.raw)
    assert isinstance(record, SellOut)
    assert (record.external_id, record.quantity) == ("5", Decimal("1.5"))
    assert "company" not in given_fields(table)


def test_a_mapping_that_cannot_be_followed_is_refused() -> None:
    for said, why in (
        ({"table": "gifts"}, "there is no table 'gifts'"),
        ({"table": "payments", "fields": {"company": {"from": "А"}}}, "say by `client`"),
        ({"table": "payments"}, "no column says whose a row is"),
        ({"table": "stock"}, "a stock needs a rule for counted_on, quantity"),
    ):
        with pytest.raises(ValidationError, match=why):
            TableMap.model_validate(said)


def test_rows_whose_mapping_is_gone_are_told_and_stages_too() -> None:
    tables = Tables(Credentials(""))
    assert list(tables.pull(Noun.PAYMENT, None)) == []
    for raw in (
        RawRecord(Noun.PAYMENT, "1", {"row": {}}),
        RawRecord(Noun.PIPELINE, "main", {"stages": ["А"]}),
    ):
        with pytest.raises(BadRecord, match="the mapping of"):
            tables.translate(raw)
    tables.close()
