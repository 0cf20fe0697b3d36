"""What Megaplan's rows mean: days, amounts, customers, legal details, references."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.contract import Credentials
from connectors.kit.errors import BadRecord
from connectors.kit.records import Noun, Outcome, RawRecord
from connectors.megaplan import Megaplan
from connectors.megaplan.payments import is_payment
from connectors.megaplan.references import key_of, settled
from connectors.megaplan.values import as_day, day, due
from connectors.sandbox.megaplan.tagged import link
from tests.connectors.checks import records
from tests.connectors.megaplan_opened import FIELDS, opened

QUICK = settings(max_examples=200, database=None, derandomize=True, deadline=None)
DEAL: dict[str, Any] = {
    "contentType": "Deal", "id": "4311", "name": "Поставка", "result": "active",
    "program": {"contentType": "Program", "id": "8"},
    "state": {"contentType": "ProgramState", "id": "31"},
}  # fmt: skip


def money(value: Any, currency: str = "RUB") -> dict[str, Any]:
    return {"contentType": "Money", "currency": currency, "value": value, "valueInMain": 1}


@pytest.fixture(scope="module")
def crm() -> Iterator[Megaplan]:
    crm = Megaplan(Credentials("https://example.megaplan.ru", "token", {}, FIELDS))
    yield crm
    crm.close()


def said(crm: Megaplan, noun: Noun, **body: Any) -> Any:
    whole = (DEAL if noun is Noun.DEAL else {"id": "4311"}) | body
    return crm.translate(RawRecord(noun, "4311", whole))


@QUICK
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_reads_as_it_was_written_and_january_is_the_month_0(on: date) -> None:
    written = as_day(on)
    assert written["month"] == on.month - 1
    assert day(written) == on


@pytest.mark.parametrize(
    "value", [None, "", [], {"year": 2026, "month": 12, "day": 1}, {"year": 1}]
)
def test_what_is_no_day_is_none(value: Any) -> None:
    assert day(value) is None


def test_a_task_is_due_by_the_end_of_its_day_in_the_account_s_own_zone() -> None:
    body = {"deadline": as_day(date(2026, 2, 10))}
    assert due(body, "deadline", ZoneInfo("Asia/Tokyo")) == datetime(
        2026, 2, 10, 14, 59, 59, tzinfo=UTC
    )
    assert due({"deadline": {"contentType": "ShiftDate"}}, "deadline", UTC) is None


@QUICK
@given(value=st.one_of(st.integers(-(10**12), 10**12), st.decimals(-(10**6), 10**6, places=2)))
def test_an_amount_is_exact_whether_it_came_as_a_whole_number_or_not(
    crm: Megaplan, value: int | Decimal
) -> None:
    given_ = float(value) if isinstance(value, Decimal) else value
    assert said(crm, Noun.DEAL, price=money(given_)).amount == value


def test_the_amount_of_a_deal_is_its_total_or_else_what_is_expected(crm: Megaplan) -> None:
    assert said(crm, Noun.DEAL, price=money(0), cost=money(125000.5)).amount == Decimal("125000.5")
    assert said(crm, Noun.DEAL, price=money(7, "USD"), cost=money(9)).amount == 7
    assert said(crm, Noun.DEAL, price=money(7, "USD"), cost=money(9)).currency == "USD"
    assert said(crm, Noun.DEAL, price=money(0)).amount == 0
    assert said(crm, Noun.DEAL).amount is None  # hidden is not nothing


def test_how_a_deal_ended_and_when(crm: Megaplan) -> None:
    at = {"contentType": "DateTime", "value": "2026-02-03T09:15:00+03:00"}
    won = said(crm, Noun.DEAL, result="positive", stateTimeUpdated=at)
    assert (won.outcome, won.closed_at) == (Outcome.WON, datetime(2026, 2, 3, 6, 15, tzinfo=UTC))
    assert said(crm, Noun.DEAL, result="negative").outcome is Outcome.LOST
    assert said(crm, Noun.DEAL, stateTimeUpdated=at).closed_at is None


def test_a_time_that_is_none_is_a_bad_record(crm: Megaplan) -> None:
    with pytest.raises(BadRecord, match="timeUpdated"):
        said(crm, Noun.DEAL, timeUpdated={"contentType": "DateTime", "value": "yesterday"})


def test_a_person_may_be_the_customer_of_a_deal_or_stand_for_a_company(crm: Megaplan) -> None:
    person = {"contentType": "ContractorHuman", "id": "7"}
    company = {"contentType": "ContractorCompany", "id": "6"}
    alone = said(crm, Noun.DEAL, contractor=person)
    assert (alone.company_external_id, alone.contact_external_ids) == ("7", ("7",))
    behind = said(crm, Noun.DEAL, contractor=person | {"company": company})
    assert (behind.company_external_id, behind.contact_external_ids) == ("6", ("7",))
    client = person | {"company": company, "type": {"type": "client"}}
    assert said(crm, Noun.DEAL, contractor=client).company_external_id == "7"
    assert (
        said(crm, Noun.CONTACT, firstName="Анна", lastName="Котова").company_external_id == "4311"
    )


def test_legal_details_are_those_of_the_payer_that_has_them(crm: Megaplan) -> None:
    old = {"contentType": "Payer", "id": "1", "inn": "7700000000", "isDropped": True}
    blank = {"contentType": "Payer", "id": "2", "inn": ""}
    good = {"contentType": "Payer", "id": "3", "inn": "7707083893", "kpp": "770701001"}
    found = said(crm, Noun.COMPANY, name="ООО", payers=[old, blank, good])
    assert (found.inn, found.kpp) == ("7707083893", "770701001")


def test_the_address_is_that_of_the_payer(crm: Megaplan) -> None:
    for told in ("г. Самара,\nМира 1", {"contentType": "Address", "value": "г. Самара, Мира 1"}):
        payer = {"contentType": "Payer", "id": "1", "inn": "7707083893", "address": told}
        assert said(crm, Noun.COMPANY, name="А", payers=[payer]).address == "г. Самара, Мира 1"
    legal = {"contentType": "Payer", "id": "1", "address": "", "legalAddress": "Тула"}
    assert said(crm, Noun.COMPANY, name="А", payers=[legal]).address == "Тула"


def test_an_invoice_is_paid_when_its_status_says_so(crm: Megaplan) -> None:
    at = {"contentType": "DateTime", "value": "2026-02-03T09:15:00+00:00"}
    assert said(crm, Noun.INVOICE, status="drawn", actualPaymentDate=at).paid_at is None
    income = [{"kind": "income", "sum": money(40)}, {"kind": "expense", "sum": money(3)}]
    paid = said(crm, Noun.INVOICE, status="paid", actualPaymentDate=at, financeOperations=income)
    assert (paid.paid_at, paid.paid_amount) == (datetime(2026, 2, 3, 9, 15, tzinfo=UTC), 40)


def test_a_payment_is_of_the_day_in_the_account_s_zone_and_needs_an_amount(crm: Megaplan) -> None:
    late = {"contentType": "DateTime", "value": "2026-02-03T22:00:00+00:00"}
    assert said(crm, Noun.PAYMENT, date=late, incomeSum=money(5)).paid_on == date(2026, 2, 4)
    with pytest.raises(BadRecord, match="amount"):
        said(crm, Noun.PAYMENT, date=late)


@pytest.mark.parametrize(
    ("kind", "is_money_in"),
    [("income", True), ("expense", False), ("transfer", False), ("virtual", False), (None, False)],
)
def test_money_that_goes_out_or_is_moved_or_planned_is_no_payment(
    kind: str | None, is_money_in: bool
) -> None:
    operation = link("FinOperation", 1) | {"kind": kind}
    assert is_payment(operation) is is_money_in


def test_of_the_operations_of_deals_those_with_money_come_in_each_once() -> None:
    with opened() as (box, crm):
        one, two = box.ids("deal")[:2]
        kinds = ("income", "expense", "transfer", "virtual")
        told = [link("FinOperation", place) | {"kind": kind} for place, kind in enumerate(kinds, 1)]
        box.change("deal", one, financeOperations=told)
        box.change("deal", two, financeOperations=told[:2])
        found = [raw.external_id for raw in records(crm.pull(Noun.PAYMENT, None))]
        assert [id_ for id_ in found if id_ in {"1", "2", "3", "4"}] == ["1"]


def test_comments_are_read_without_their_tags_and_letters_are_known(crm: Megaplan) -> None:
    html = "<p>Маржа &lt; 5&nbsp;%</p><div>да<br/>нет</div>"
    assert said(crm, Noun.NOTE, content=html).text == "Маржа < 5\xa0%\nда\nнет"
    assert said(crm, Noun.NOTE, content="<p></p>").text is None
    assert said(crm, Noun.NOTE, content="x", transportMessages=[{"id": 1}]).kind == "message"


def test_everything_of_the_sandbox_is_understood() -> None:
    with opened() as (box, crm):
        found = {
            noun: [crm.translate(raw) for raw in records(crm.pull(noun, None))]
            for noun in crm.nouns
        }
        companies: Any = {one.external_id: one for one in found[Noun.COMPANY]}
        people: Any = found[Noun.CONTACT]
        deals: Any = found[Noun.DEAL]
        tasks: Any = found[Noun.TASK]
        payments: Any = found[Noun.PAYMENT]
        assert all(one.inn and one.segment and one.custom for one in companies.values() if
                   one.external_id.startswith("6"))  # fmt: skip
        assert "7000007" in companies
        assert {one.company_external_id for one in people} <= companies.keys()
        assert {one.company_external_id for one in deals} == companies.keys()
        assert all(one.amount for one in deals)
        assert any(one.contract_ends_on for one in deals)
        assert {one.about_noun for one in tasks} == {Noun.DEAL}
        assert {one.external_id for one in tasks} == {str(id_) for id_ in box.ids("task")}
        assert {one.company_external_id for one in payments} <= companies.keys()
        invoices: Any = found[Noun.INVOICE]
        assert {one.payer_noun for one in invoices} == {Noun.COMPANY}


NAMES = st.sampled_from(["Employee", "Payer", "Tag", "ContractorHuman", "OfferRow"])


@QUICK
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["manager", "payer", "tags", "rows"]),
            st.lists(st.tuples(NAMES, st.sampled_from("123")), min_size=1, max_size=3),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_row_reads_the_same_wherever_an_answer_tells_what_it_refers_to(
    rows: list[dict[str, list[tuple[str, str]]]],
) -> None:
    def whole(kind: str, id_: str) -> dict[str, Any]:
        return {"contentType": kind, "id": id_, "name": f"{kind} {id_}"}

    def answer(order: list[int]) -> list[dict[str, Any]]:
        """The rows in an order, each object in full where it first occurs."""
        told: set[tuple[str, str]] = set()

        def link(kind: str, id_: str) -> dict[str, Any]:
            is_new = (kind, id_) not in told
            told.add((kind, id_))
            return whole(kind, id_) if is_new else {"contentType": kind, "id": id_}

        return [
            {"contentType": "Deal", "id": str(place)}
            | {name: [link(*one) for one in links] for name, links in rows[place].items()}
            for place in order
        ]

    order = list(range(len(rows)))
    forth = {key_of(row): row for row in settled(answer(order))}
    back = {key_of(row): row for row in settled(answer(order[::-1]))}
    assert forth == back


def test_references_in_circles_and_abysses_end() -> None:
    payer = {"contentType": "Payer", "id": "1", "name": "a"}
    offer = {"contentType": "Offer", "id": "2", "payer": {"contentType": "Payer", "id": "1"}}
    row = {"contentType": "Deal", "id": "3", "payer": payer | {"offer": offer}}
    assert settled([row, None, "x"])[0]["payer"]["offer"]["payer"]["name"] == "a"
    deep: Any = []
    for _ in range(200):
        deep = {"inner": deep}
    assert settled([{"contentType": "Deal", "id": "3", "deep": deep}])


def test_a_row_that_was_told_inside_of_another_is_not_empty() -> None:
    human = {"contentType": "ContractorHuman", "id": "2", "name": "Анна", "type": None}
    first = {"contentType": "ContractorHuman", "id": "1", "partners": [human]}
    bare = {"contentType": "ContractorHuman", "id": "2"}
    assert settled([first, bare])[1]["name"] == "Анна"


def test_what_changes_with_each_look_is_left_out() -> None:
    with opened() as (_, crm):
        body = records(crm.pull(Noun.USER, None))[0].body
        assert not {"isOnline", "lastOnline"} & body.keys()
