"""The ledger of an amoCRM account, over real HTTP: what changes without a word, and what hides."""

from datetime import date
from typing import Any

import pytest

from connectors import ErrorKind, Noun
from connectors.amocrm import AmoCrm
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.accounts.match import own_account
from kam_sync.intake.model import RunState, Source
from kam_sync.ledger.model import Check, LedgerState
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.flow.conftest import with_and_without_filter

_LONG_AGO = 1_500_000_000


@pytest.fixture
def synced(services: Services, source: Source) -> Source:
    """The shop, synced once."""
    assert flow.sync(services, source.id).state is RunState.DONE
    return source


def check(
    services: Services, source: Source, noun: Noun, *, repairs: bool | None = None
) -> Check | None:
    result = flow.reconcile(services, source.id, noun, watch=lambda *_: None, repairs=repairs)
    assert (result.state, result.message) == (RunState.DONE, "")
    return result.check


def checked(services: Services, source: Source, noun: Noun) -> Check:
    found = check(services, source, noun)
    assert found is not None
    return found


def ids(services: Services) -> list[tuple[Any, ...]]:
    return ask(services, "SELECT kind, external_id, is_left FROM ledger_record ORDER BY kind DESC")


@pytest.mark.heavy
@with_and_without_filter
def test_after_a_sync_all_nouns_are_equal(services: Services, synced: Source) -> None:
    checks = {noun: check(services, synced, noun) for noun in Noun}
    told = {noun: one for noun, one in checks.items() if one is not None}
    assert set(told) == set(AmoCrm.nouns) - {Noun.EVENT}
    parted = {noun: one.state for noun, one in told.items() if one.found or one.here != one.there}
    assert parted == {}
    assert told[Noun.DEAL].here == 60
    assert told[Noun.PURCHASE].sums["RUB"]["here"] != "0"


@pytest.mark.heavy
def test_lies_about_deals_are_found_with_their_accounts_and_put_right(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    changed, gone = box.ids("leads")[:2]
    row = box.row("leads", changed)
    company = row["_embedded"]["companies"][0]["id"]
    box.change("leads", changed, silent=True, price=row["price"] + 777, updated_at=_LONG_AGO)
    box.remove("leads", gone, silent=True)
    box.put("leads", row | {"id": 5_999_999, "price": 50_000, "updated_at": _LONG_AGO})
    flow.sync(services, synced.id)
    account = own_account(synced.id, str(company))
    query = (
        "SELECT sum_there - sum_here, there - here FROM ledger_account"
        " WHERE account_id = :id AND check_id = :check"
    )
    lost = ask(services, "SELECT amount FROM deal WHERE external_id = :id AND company_external_id"
               " = :company", id=str(gone), company=str(company))  # fmt: skip
    more = 50_777 - sum(amount for (amount,) in lost)
    unrepaired = check(services, synced, Noun.DEAL, repairs=False)
    assert unrepaired is not None
    assert ask(services, query, id=account, check=unrepaired.id) == [(more, 1 - len(lost))]
    ask(services, "DELETE FROM ledger_check RETURNING 1")
    found = checked(services, synced, Noun.DEAL)
    assert (found.only_here, found.only_there, found.differing) == (1, 1, 1)
    assert found.state is LedgerState.REPAIRED
    assert ids(services) == [
        ("only_there", "5999999", False),
        ("only_here", str(gone), False),
        ("differing", str(changed), False),
    ]
    assert ask(services, query, id=account, check=found.id) == [(0, 0)]
    price = "SELECT amount FROM deal WHERE external_id = :id"
    assert ask(services, price, id=str(changed)) == [(row["price"] + 777,)]
    again = checked(services, synced, Noun.DEAL)
    assert (again.found, again.state, again.parted_since) == (0, LedgerState.EQUAL, None)


@pytest.mark.heavy
def test_rows_that_we_may_no_longer_see_are_held_and_not_deleted(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    there = box.count("leads")
    owners = sorted({box.row("leads", id_)["responsible_user_id"] for id_ in box.ids("leads")})
    object.__setattr__(box.switches, "sees", frozenset(owners[:1]))  # a right is taken away
    first = checked(services, synced, Noun.DEAL)
    assert (first.here, first.left_over) == (there, 0)
    assert (first.only_here, first.repaired) == (0, 0)
    assert first.held == there - first.there > 10
    kept = "SELECT count(*) FROM deal WHERE NOT is_deleted"
    assert ask(services, kept) == [(there,)]
    second = checked(services, synced, Noun.DEAL)
    assert (second.found, second.held) == (0, first.held)


def test_what_moves_while_the_list_is_read_is_no_difference(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    changed, gone = box.ids("leads")[:2]
    is_done = False

    def meddle(_noun: Noun, _came: int) -> None:
        nonlocal is_done
        if not is_done:
            is_done = True
            box.change("leads", changed, price=1)
            box.remove("leads", gone)
            box.add("leads", {"name": "Новая сделка", "price": 5})

    result = flow.reconcile(services, synced.id, Noun.DEAL, watch=meddle)
    assert result.check is not None
    assert (result.check.found, result.check.here) == (0, box.count("leads"))


@pytest.mark.parametrize("status", [402, 403])
def test_a_list_that_the_account_does_not_show_is_unknown_and_deletes_nothing(
    services: Services, box: AmoSandbox, synced: Source, status: int
) -> None:
    box.faults.append(Fault(path="/api/v4/customers", status=status, times=None))
    there = ask(services, "SELECT count(*) FROM customer WHERE NOT is_deleted")
    found = checked(services, synced, Noun.CUSTOMER)
    assert found.state is LedgerState.UNKNOWN
    assert (found.message == "") is False
    assert (found.error_kind is ErrorKind.NO_RIGHTS) is (status == 403)
    assert ask(services, "SELECT count(*) FROM customer WHERE NOT is_deleted") == there
    assert ask(services, "SELECT count(*) FROM hint") == [(0,)]


def test_a_crm_that_breaks_in_the_middle_leaves_no_row(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/leads", after=1, status=500, times=None))
    result = flow.reconcile(services, synced.id, Noun.DEAL, watch=lambda *_: None)
    assert (result.state, result.check) == (RunState.LATER, None)
    assert ask(services, "SELECT count(*) FROM ledger_check") == [(0,)]


def test_other_token_other_account_is_never_taken_for_the_same(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    with AmoSandbox(MadeUpWorld(size=2, today=date(2026, 11, 1), seed=5), rate=0) as other:
        move = "UPDATE source SET base_url = :url, remote_account = '1' WHERE id = :id RETURNING 1"
        ask(services, move, url=other.url, id=synced.id)
        result = flow.reconcile(services, synced.id, Noun.DEAL, watch=lambda *_: None)
    assert (result.state, result.error_kind) == (RunState.LATER, ErrorKind.OTHER_ACCOUNT)
    assert ask(services, "SELECT count(*) FROM ledger_check") == [(0,)]
    assert ask(services, "SELECT count(*) FROM deal WHERE is_deleted") == [(0,)]
    assert box.count("leads")
