"""Rows that come no more: of one client it is the client's, of most it is the source's."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import AlertStore, IncidentStore
from kam_sync.drift.model import Kind, Why
from kam_sync.drift.registry import shipped
from kam_sync.drift.store import DriftStore
from kam_sync.jobs import ruling
from kam_sync.wiring import Services
from tests.fakes.books import Book

TODAY = date(2026, 11, 23)
CLIENTS = [str(n) for n in range(1, 7)]


def _reported(services: Services, missing: set[str], weeks: int) -> Book:
    """Six clients report weekly what they sell on, some of them not in the last weeks."""
    book = Book(services)
    book.save(Noun.COMPANY, *(gate.Company(key, f"Фирма {key}") for key in CLIENTS))
    flow.match(services)
    book.save(
        Noun.SELL_OUT,
        *(
            gate.SellOut(
                external_id=f"{key}-{week}", company_external_id=key, is_deleted=False,
                sold_on=TODAY - timedelta(weeks=week), quantity=Decimal(10),
                amount=Decimal(1000 + week % 5), currency="RUB",
            )
            for key in CLIENTS
            for week in range(weeks if key in missing else 0, 100)
        ),
    )  # fmt: skip
    flow.kpi(services)
    flow.detect(services)
    return book


def test_a_client_whose_reports_come_no_more_is_asked_for_them_and_not_told_to_sell_less(
    services: Services,
) -> None:
    book = _reported(services, {"1"}, weeks=9)
    with services.database.transaction() as session:
        opened = AlertStore(session).open_ones()
        assert {key: one.kind for key, one in opened.items()} == {
            (book.account("1"), "sell_out_missing"): Kind.MISSING,
        }
        said = {one.rule: one.why for one in DriftStore(session).of_account(book.account("1"))}
        assert (said["sell_out"], said["sell_out_weeks"]) == (Why.DATA_SUSPECT, Why.DATA_SUSPECT)
        assert IncidentStore(session).open_subjects(IncidentKind.ROWS_MISSING) == set()


def test_where_most_are_missing_it_is_the_source_and_ops_are_told_once(services: Services) -> None:
    _reported(services, set(CLIENTS[:5]), weeks=9)
    with services.database.transaction() as session:
        assert AlertStore(session).open_ones() == {}
        subjects = IncidentStore(session).open_subjects(IncidentKind.ROWS_MISSING)
    assert subjects == {"rule:sell_out_missing"}


@pytest.mark.heavy
def test_every_rule_can_be_tried_on_the_past(services: Services) -> None:
    book = _reported(services, {"1"}, weeks=9)
    book.save(
        Noun.PLAN,
        gate.Plan(
            external_id="1", company_external_id="1", kpi="sell_out", starts_on=date(2026, 7, 1),
            ends_on=date(2026, 12, 31), target=Decimal(26_000), currency="RUB",
        ),
    )  # fmt: skip
    flow.kpi(services)
    told = {rule.key: ruling.tried(services, rule).fired for rule in shipped()}
    [missing] = told["sell_out_missing"]
    assert (missing.said.account_id, missing.until) == (book.account("1"), None)
    assert date(2026, 10, 1) < missing.on < TODAY  # the last report came on 21 September
    [plan] = told["plan_sell_out"]
    assert plan.said.expected == 26_000
    assert not told["won_revenue"]
