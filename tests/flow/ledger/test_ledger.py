"""What the CRM and we have of a noun is compared; what differs is found, and put right."""

import tracemalloc

import pytest

from connectors import Noun, RawRecord
from kam_sync import flow
from kam_sync.accounts.match import own_account
from kam_sync.base.errors import Busy, Stopped
from kam_sync.intake.model import RunState
from kam_sync.intake.store import RawStore, SourceStore
from kam_sync.ledger.model import LedgerState
from kam_sync.reconciling import Reconciling
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.ledger_crm import (
    LedgerCrm,
    LongCrm,
    Shop,
    behind_our_back,
    check,
    deals,
    lines,
    reconcile,
    records,
)
from tests.fakes.memory_crm import connected


def test_after_a_sync_both_sides_are_equal(shop: Shop) -> None:
    found = check(shop)
    assert (found.here, found.there, found.found, found.state) == (5, 5, 0, LedgerState.EQUAL)
    assert found.sums == {"RUB": {"here": "500.0000", "there": "500.0000"}}
    assert found.parted_since is None
    assert ask(shop[0], "SELECT count(*) FROM ledger_entry") == [(0,)]


def test_every_noun_with_a_whole_list_can_be_compared(shop: Shop) -> None:
    results = {noun: reconcile(shop, noun).check for noun in Noun}
    told = {noun: one.found for noun, one in results.items() if one is not None}
    assert told == {Noun.COMPANY: 0, Noun.CONTACT: 0, Noun.DEAL: 0, Noun.TASK: 0, Noun.USER: 0}


def test_what_changed_behind_our_back_is_found_on_its_side_and_put_right(
    crm: LedgerCrm, shop: Shop
) -> None:
    services, source_id = shop
    behind_our_back(crm, "1", amount=250)
    behind_our_back(crm, "9", amount=1_000, company="2")
    crm.remove(Noun.DEAL, "4")
    flow.sync(services, source_id)
    found = check(shop, repairs=False)
    assert (found.here, found.there) == (5, 5)
    assert (found.only_here, found.only_there, found.differing) == (1, 1, 1)
    assert (found.left_over, found.repaired, found.state) == (3, 0, LedgerState.PARTED)
    assert found.sums == {"RUB": {"here": "500.0000", "there": "1550.0000"}}
    first, second = (own_account(source_id, key) for key in ("1", "2"))
    assert lines(services, found) == [
        (first, 4, 3, 400, 450, 2, 2), (second, 1, 2, 100, 1_100, 1, 1)
    ]  # fmt: skip
    found = check(shop)
    assert (found.only_here, found.only_there, found.differing) == (1, 1, 1)
    assert (found.left_over, found.repaired, found.state) == (0, 3, LedgerState.REPAIRED)
    assert records(services, found) == [
        ("1", "differing", False), ("4", "only_here", False), ("9", "only_there", False),
    ]  # fmt: skip
    assert deals(services) == [("1", 250), ("2", 100), ("3", 100), ("5", 100), ("9", 1_000)]
    again = check(shop)
    assert (again.here, again.there, again.found, again.parted_since) == (5, 5, 0, None)


def test_after_a_repair_both_sides_are_shown_as_they_are_since(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    behind_our_back(crm, "1", amount=250)
    behind_our_back(crm, "9", amount=1_000, company="2")
    found = check(shop)
    assert (found.here, found.there, found.found, found.repaired) == (6, 6, 2, 2)
    assert found.sums == {"RUB": {"here": "1650.0000", "there": "1650.0000"}}
    first, second = (own_account(source_id, key) for key in ("1", "2"))
    assert lines(services, found) == [
        (first, 4, 4, 550, 550, 0, 1), (second, 2, 2, 1_100, 1_100, 0, 1)
    ]  # fmt: skip
    since = "SELECT parted_since FROM ledger_account"
    assert ask(services, since) == [(found.day,), (found.day,)]


def test_a_deal_that_moved_to_another_account_is_counted_for_both(
    crm: LedgerCrm, shop: Shop
) -> None:
    services, source_id = shop
    behind_our_back(crm, "5", company="1")
    found = check(shop, repairs=False)
    assert found.differing == 1
    first, second = (own_account(source_id, key) for key in ("1", "2"))
    assert lines(services, found) == [(first, 4, 5, 400, 500, 1, 1), (second, 1, 0, 100, 0, 1, 1)]
    assert lines(services, check(shop)) == [
        (first, 5, 5, 500, 500, 0, 1), (second, 0, 0, 0, 0, 0, 1)
    ]  # fmt: skip


def test_each_currency_has_sums_of_its_own(crm: LedgerCrm, shop: Shop) -> None:
    behind_our_back(crm, "1", amount=70, currency="USD")
    assert check(shop, repairs=False).sums == {
        "RUB": {"here": "500.0000", "there": "400.0000"},
        "USD": {"here": "0", "there": "70.0000"},
    }
    assert check(shop).sums == {
        "RUB": {"here": "400.0000", "there": "400.0000"},
        "USD": {"here": "70.0000", "there": "70.0000"},
    }


def test_what_a_sync_brings_anyway_is_no_difference(crm: LedgerCrm, shop: Shop) -> None:
    crm.put(Noun.DEAL, "1", amount=250)
    crm.put(Noun.DEAL, "9", company="2")
    found = check(shop)
    assert (found.here, found.there, found.found) == (6, 6, 0)
    assert deals(shop[0])[0] == ("1", 250)


def test_what_moves_during_the_walk_is_no_difference(crm: LedgerCrm, shop: Shop) -> None:
    crm.meanwhile = [
        lambda: crm.put(Noun.DEAL, "1", amount=250),
        lambda: crm.put(Noun.DEAL, "9", company="2"),
        lambda: crm.remove(Noun.DEAL, "5", tell=True),
    ]
    found = check(shop)
    assert crm.meanwhile == []
    assert (found.here, found.there, found.found) == (5, 5, 0)


def test_a_row_that_the_list_skipped_is_no_difference(crm: LedgerCrm, shop: Shop) -> None:
    crm.hidden.add((Noun.DEAL, "2"))
    found = check(shop)
    assert (found.here, found.there, found.found) == (5, 5, 0)


def test_the_walk_stores_nothing_and_moves_no_cursor(crm: LedgerCrm, shop: Shop) -> None:
    query = "SELECT noun, cursor, moved_at FROM cursor ORDER BY noun"
    before = ask(shop[0], query)
    assert check(shop).found == 0
    assert ask(shop[0], query) == before
    assert crm.asked == []


def test_a_record_that_was_translated_wrongly_is_translated_again(shop: Shop) -> None:
    services, _ = shop
    ask(services, "UPDATE deal SET amount = 7 WHERE external_id = '3' RETURNING 1")
    ask(services, "DELETE FROM deal WHERE external_id = '2' RETURNING 1")
    found = check(shop, repairs=False)
    assert (found.differing, found.left_over) == (2, 2)
    assert found.sums["RUB"] == {"here": "307.0000", "there": "500.0000"}
    found = check(shop)
    assert (found.differing, found.left_over) == (2, 0)
    assert found.sums["RUB"] == {"here": "500.0000", "there": "500.0000"}
    assert deals(services) == [(str(key), 100) for key in range(1, 6)]


def test_what_the_guard_holds_is_explained(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        SourceStore(session).access(source_id).facts = {"is_admin": "no"}
    for key in ("1", "2", "3"):
        crm.remove(Noun.DEAL, key)
    first = check(shop)
    assert (first.here, first.there, first.only_here, first.left_over) == (5, 2, 0, 0)
    assert (first.held, first.repaired, first.state) == (3, 0, LedgerState.EQUAL)
    assert first.parted_since is None
    assert records(services, first) == [(key, "held", True) for key in ("1", "2", "3")]
    kept = "SELECT here, there, differing, held, found, parted_since FROM ledger_account"
    assert (4, 1, 0, 3, 0, None) in ask(services, kept)
    assert len(deals(services)) == 5
    second = check(shop)
    assert (second.found, second.held, second.state) == (0, 3, LedgerState.EQUAL)


def test_a_walk_that_fails_half_way_writes_no_row(crm: LedgerCrm, shop: Shop) -> None:
    crm.breaks_at = (Noun.DEAL, 1)
    result = reconcile(shop)
    assert (result.state, result.check) == (RunState.LATER, None)
    for table in ("ledger_check", "ledger_entry"):
        assert ask(shop[0], f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_crm_that_cannot_be_asked_by_id_now_writes_no_row(crm: LedgerCrm, shop: Shop) -> None:
    behind_our_back(crm, "1", amount=250)
    crm.is_deaf = True
    assert reconcile(shop).state is RunState.LATER
    assert ask(shop[0], "SELECT count(*) FROM ledger_check") == [(0,)]


def test_a_check_that_is_stopped_writes_no_row(shop: Shop) -> None:
    def stop(_noun: Noun, came: int) -> None:
        raise Stopped(f"after {came}")

    assert reconcile(shop, watch=stop).state is RunState.STOPPED
    assert ask(shop[0], "SELECT count(*) FROM ledger_check") == [(0,)]


def test_records_without_an_id_are_not_compared(shop: Shop) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        raw = RawRecord(Noun.DEAL, "no-id-1234", {"name": "?"})
        RawStore(session, source_id).keep(Noun.DEAL, [raw], services.now())
    found = check(shop)
    assert (found.here, found.found) == (5, 0)


def test_a_sync_goes_on_beside_the_walk(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    crm.put(Noun.DEAL, "1", amount=250)
    synced: list[RunState] = []

    def sync_once(_noun: Noun, _came: int) -> None:
        if not synced:
            synced.append(flow.sync(services, source_id).state)

    assert check(shop, watch=sync_once).found == 0
    assert synced == [RunState.DONE]
    assert deals(services)[0] == ("1", 250)


def test_two_comparisons_of_a_source_do_not_meet(shop: Shop) -> None:
    def again(_noun: Noun, _came: int) -> None:
        reconcile(shop)

    with pytest.raises(Busy, match="another process is at it"):
        reconcile(shop, watch=again)


@pytest.mark.heavy
def test_the_walk_takes_no_more_memory_for_more_records(services: Services) -> None:
    assert peak(services, 12_000) < 1.5 * peak(services, 4_000)


def peak(services: Services, count: int) -> int:
    """The most memory at once, in bytes, while so many deals that are only there are walked."""
    shop, source_id = connected(services, LongCrm(count))
    walk = Reconciling(shop, source_id, Noun.DEAL, watch=lambda *_: None)._walk
    tracemalloc.start()
    try:
        assert walk()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
