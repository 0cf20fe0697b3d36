"""What the ledger says night after night: since when, what is left, and when a person is called."""

from dataclasses import replace
from datetime import timedelta

import pytest

import kam_sync.reconciling
from connectors import Noun
from kam_sync import flow
from kam_sync.base.clock import stopped_at
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.upkeep import keep_house
from kam_sync.ledger.model import LedgerState
from kam_sync.ledger.store import LedgerBook
from tests.fakes.connecting import ask
from tests.fakes.ledger_crm import (
    LedgerCrm,
    Shop,
    behind_our_back,
    check,
    deals,
    on_day,
    reconcile,
)


def test_a_noun_that_is_refused_or_not_shown_is_unknown_and_breaks_no_row_of_days(
    crm: LedgerCrm, shop: Shop
) -> None:
    behind_our_back(crm, "1", amount=250)
    first = check(on_day(shop, 1), repairs=False)
    crm.refused.add(Noun.DEAL)
    refused = check(on_day(shop, 2))
    assert (refused.state, refused.message) == (LedgerState.UNKNOWN, "deal: refused")
    assert refused.parted_since == first.day
    crm.refused.clear()
    crm.empty.add(Noun.DEAL)
    assert check(on_day(shop, 3)).state is LedgerState.UNKNOWN
    assert len(deals(shop[0])) == 5
    crm.empty.clear()
    last = check(on_day(shop, 4), repairs=False)
    assert last.parted_since == first.parted_since == first.day


def test_a_row_of_days_begins_after_the_last_check_that_found_nothing(
    crm: LedgerCrm, shop: Shop
) -> None:
    behind_our_back(crm, "1", amount=250)
    check(on_day(shop, 1))
    assert check(on_day(shop, 2)).parted_since is None
    behind_our_back(crm, "1", amount=350)
    later = check(on_day(shop, 2))
    assert later.parted_since == later.day
    assert later.day.day == 2


def test_of_a_day_the_last_check_that_found_something_is_shown(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    behind_our_back(crm, "1", amount=250)
    found, equal = check(on_day(shop, 1)), check(on_day(shop, 1))
    later = check(on_day(shop, 2))
    with services.database.transaction() as session:
        source, book = SourceStore(session).by_id(source_id), LedgerBook(session)
        days = (found.day, later.day, None)
        shown = [book.one(source, Noun.DEAL, day).id for day in days]
    assert shown == [found.id, later.id, later.id]
    assert equal.id not in shown


def test_repair_can_be_switched_off_and_asked_for(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        SourceStore(session).access(source_id).options = {"repair": "no"}
    behind_our_back(crm, "1", amount=250)
    found = check(shop)
    assert (found.differing, found.left_over, found.state) == (1, 1, LedgerState.PARTED)
    assert deals(services)[0] == ("1", 100)
    assert check(shop, repairs=True).state is LedgerState.REPAIRED
    assert deals(services)[0] == ("1", 250)


def test_what_two_nights_leave_is_an_incident_until_it_is_equal(crm: LedgerCrm, shop: Shop) -> None:
    behind_our_back(crm, "1", amount=250)
    kinds = "SELECT facts ->> 'count', resolved_at IS NULL FROM incident WHERE kind = 'parted'"
    check(on_day(shop, 1), repairs=False)
    check(on_day(shop, 1), repairs=False)
    assert ask(shop[0], kinds) == []
    second = check(on_day(shop, 2), repairs=False)
    assert ask(shop[0], kinds) == [("1", True)]
    assert (second.day.day, second.parted_since) == (2, second.day.replace(day=1))
    check(on_day(shop, 3))
    assert ask(shop[0], kinds) == [("1", False)]


def test_since_when_an_account_differs_is_kept_for_each_account(crm: LedgerCrm, shop: Shop) -> None:
    behind_our_back(crm, "1", amount=250)
    check(on_day(shop, 1), repairs=False)
    behind_our_back(crm, "5", amount=250)
    check(on_day(shop, 2), repairs=False)
    newest = check(on_day(shop, 2), repairs=False)
    since = "SELECT here, parted_since FROM ledger_account WHERE check_id = :id"
    found = {here: day.day for here, day in ask(shop[0], since, id=newest.id)}
    assert found == {4: 1, 1: 2}


def test_of_older_checks_only_the_accounts_that_differed_are_kept(
    crm: LedgerCrm, shop: Shop
) -> None:
    behind_our_back(crm, "1", amount=250)
    first = check(on_day(shop, 1))
    second = check(on_day(shop, 2))
    kept = "SELECT check_id, here, found FROM ledger_account ORDER BY 1, 2 DESC"
    assert ask(shop[0], kept) == [(first.id, 4, 1), (second.id, 4, 0), (second.id, 1, 0)]


def test_more_than_can_be_asked_for_is_read_anew_by_the_next_sync(
    crm: LedgerCrm, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, source_id = shop
    monkeypatch.setattr(kam_sync.reconciling, "MOST_ASKED", 2)
    for key in ("1", "2", "3"):
        behind_our_back(crm, key, amount=250)
    result = reconcile(shop)
    assert result.check is not None
    assert (result.check.differing, result.check.left_over) == (3, 3)
    assert "the next sync" in result.check.message
    flow.sync(services, source_id)
    assert check(shop).found == 0


def test_ids_are_kept_for_a_month_and_totals_for_more_than_a_year(
    crm: LedgerCrm, shop: Shop
) -> None:
    behind_our_back(crm, "1", amount=250)
    services, _ = on_day(shop, 1)
    check(on_day(shop, 1))
    kept = "SELECT (SELECT count(*) FROM ledger_check), (SELECT count(*) FROM ledger_record)"
    for days, expected in ((29, (1, 1)), (31, (1, 0)), (399, (1, 0)), (401, (0, 0))):
        later = services.now() + timedelta(days=days)
        keep_house(replace(services, now=stopped_at(later)))
        assert ask(services, kept) == [expected]


def test_however_many_were_translated_wrongly_nothing_is_asked_of_the_crm(
    crm: LedgerCrm, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, _ = shop
    monkeypatch.setattr(kam_sync.reconciling, "MOST_ASKED", 2)
    ask(services, "UPDATE deal SET amount = 7 RETURNING 1")
    found = check(shop)
    assert (found.differing, found.left_over, found.message) == (5, 0, "")
    assert crm.asked == []
    assert ask(services, "SELECT count(*) FROM cursor WHERE noun = 'deal' AND cursor IS NULL") == [
        (0,)
    ]
