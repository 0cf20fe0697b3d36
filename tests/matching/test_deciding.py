"""What people decide holds, and can be taken back: the store is then as if nothing had been."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.base.errors import Outdated, WrongUse
from kam_sync.matching.deciding import Deciding
from kam_sync.matching.store import DecisionStore
from kam_sync.wiring import Services
from tests.conftest import NOW, empty
from tests.fakes.books import Book, deal

_INNS = ("7707083893", "7728168971", None)


def _store(services: Services) -> dict[str, Any]:
    """All that is known of accounts, and what is measured of them."""
    queries = {
        "account": "SELECT id, name, inn, kpp, is_active, merged_into FROM account ORDER BY id",
        "link": "SELECT source_id, company_external_id, account_id, seq, evidence"
        " FROM account_link ORDER BY 1, 2",
        "pair": "SELECT * FROM match_pair ORDER BY 1, 2, 3, 4",
        "point": 'SELECT account_id, kpi, unit, "on", value FROM point ORDER BY 1, 2, 3, 4',
    }
    with services.database.transaction() as session:
        return {name: list(session.execute(sa.text(query))) for name, query in queries.items()}


def _accounts(services: Services) -> dict[tuple[int, str], UUID]:
    query = "SELECT source_id, company_external_id, account_id FROM account_link"
    with services.database.transaction() as session:
        return {(source, key): account for source, key, account in session.execute(sa.text(query))}


def test_accounts_that_a_person_merges_are_one_until_it_is_taken_back(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    other.save(Noun.COMPANY, gate.Company("1", "Совсем другое имя"))
    book.deals(deal("21", opened="2026-09-01", won="2026-09-20"))
    other.deals(deal("31", opened="2026-10-01", won="2026-10-20", amount=50))
    flow.match(services)
    flow.kpi(services)
    before = _store(services)
    with services.database.transaction() as session:
        decision = Deciding(session, "Анна", NOW).merge(book.account(), other.account())
    flow.kpi(services)
    assert len(set(_accounts(services).values())) == 1
    assert book.points("won_revenue") == {"2026-09": 100, "2026-10": 50, "2026-11": 0}
    assert other.points("won_revenue") == {}
    with services.database.transaction() as session:
        Deciding(session, "Борис", NOW).undo(decision)
    flow.kpi(services)
    assert _store(services) == before
    with services.database.transaction() as session:
        (kept,) = DecisionStore(session).all(limit=9)
        assert (kept.by, kept.undone_by) == ("Анна", "Борис")
        with pytest.raises(Outdated):
            Deciding(session, "Борис", NOW).undo(decision)


def test_a_company_that_is_split_off_does_not_come_back_by_itself(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    for each in (book, other):
        each.save(Noun.COMPANY, gate.Company("1", "Ромашка", inn="7707083893"))
    flow.match(services)
    assert len(set(_accounts(services).values())) == 1
    with services.database.transaction() as session:
        deciding = Deciding(session, "Анна", NOW)
        with pytest.raises(WrongUse):
            deciding.split(book.account(), [(book.source_id, "1"), (other.source_id, "1")])
        deciding.split(book.account(), [(other.source_id, "1")])
    assert len(set(_accounts(services).values())) == 2
    flow.rematch(services, "test")
    assert len(set(_accounts(services).values())) == 2


def test_a_second_card_in_one_crm_does_not_tear_an_account(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    for each in (book, other):
        each.save(Noun.COMPANY, gate.Company("1", "Ромашка Люкс", inn="7707083893"))
    flow.match(services)
    for is_deleted, asked in ((False, 1), (True, 1)):
        second = gate.Company("0", "Ромашка Люкс", inn="7707083893", is_deleted=is_deleted)
        book.save(Noun.COMPANY, second)
        flow.match(services)
        first = _accounts(services)[book.source_id, "1"]
        assert _accounts(services) == {
            (book.source_id, "1"): first, (other.source_id, "1"): first,
            (book.source_id, "0"): book.account("0"),
        }  # fmt: skip
        with services.database.transaction() as session:
            assert len(DecisionStore(session).questions(limit=9)) == asked


def test_who_comes_after_two_cards_is_asked_until_one_is_deleted(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    card = gate.Company("2", "Василёк Люкс", inn="7707083893")
    book.save(Noun.COMPANY, card, replace(card, external_id="3"))
    other.save(Noun.COMPANY, replace(card, external_id="4"))
    flow.match(services)
    (one, two), three = ((book.source_id, id_) for id_ in "23"), (other.source_id, "4")
    found = _accounts(services)
    assert len({found[one], found[two], found[three]}) == 3
    with services.database.transaction() as session:
        asked = {(pair.one_id, pair.other_id) for pair in DecisionStore(session).questions(limit=9)}
    assert asked >= {("2", "3"), ("2", "4"), ("3", "4")}
    book.save(Noun.COMPANY, replace(card, external_id="3", is_deleted=True))
    flow.match(services)
    found = _accounts(services)
    assert found[one] == found[three] != found[two]


def test_what_may_be_one_is_asked_by_the_money_and_never_again(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    for name, id_ in (("Василёк", "2"), ("Подсолнух", "3")):
        for each in (book, other):
            each.save(Noun.COMPANY, gate.Company(id_, name))
    other.deals(deal("31", opened="2026-10-01", amount=7))
    flow.match(services)
    with services.database.transaction() as session:
        store = DecisionStore(session)
        first, *others = store.questions(limit=9)
        assert (first.one_id, first.money, len(others)) == ("1", 7, 2)
        pair = (first.one_source_id, first.one_id), (first.other_source_id, first.other_id)
        Deciding(session, "Анна", NOW).keep_apart(pair)
        assert store.questions(limit=9) == others
    flow.rematch(services, "test")
    with services.database.transaction() as session:
        assert DecisionStore(session).questions(limit=9) == others


def test_money_of_two_currencies_is_never_added(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    for each in (book, other):
        names = {"2": "Василёк", "3": "Подсолнух", "4": "Незабудка", "5": "Одуванчик"}
        each.save(Noun.COMPANY, *(gate.Company(id_, name) for id_, name in names.items()))
    deals = (("2", 120, "RUB"), ("3", 100, "RUB"), ("3", 90, "USD"), ("1", 1, "RUB"),
             ("4", 9_000, "USD"), ("5", 70, "USD"), ("5", 0, "RUB"))  # fmt: skip
    for number, (company, amount, currency) in enumerate(deals):
        one = deal(str(number), opened="2026-10-01", amount=amount, currency=currency)
        book.deals(replace(one, company_external_id=company))
    book.deals(replace(deal("8", opened="2026-10-01", amount=9), company_external_id="2"))
    flow.match(services)
    with services.database.transaction() as session:
        store = DecisionStore(session)
        found = store.questions(limit=9)
        told = [(one.one_id, one.money, one.currency) for one in found]
        assert told == [
            ("2", 129, "RUB"), ("3", 100, "RUB"), ("1", 1, "RUB"), ("4", 9_000, "USD"),
            ("5", 70, "USD"),
        ]  # fmt: skip
        for at, one in enumerate(found):
            after = (one.place, one.money, one.weight, one.one_source_id, one.one_id,
                     one.other_source_id, one.other_id)  # fmt: skip
            assert store.questions(after=after, limit=9) == found[at + 1 :]


@pytest.mark.heavy
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    world=st.lists(
        st.tuples(st.booleans(), st.sampled_from("АБ"), st.sampled_from(_INNS), st.booleans()),
        min_size=2,
        max_size=6,
    ),
    chosen=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    later=st.integers(0, 5),
)
@example(  # the first two are one by name and phone; a merge with another INN tore them
    world=[(False, "А", None, True), (True, "А", _INNS[0], True), (True, "Б", _INNS[1], False)],
    chosen=(0, 2),
    later=1,
)
def test_what_is_taken_back_leaves_nothing_behind(
    services: Services,
    world: list[tuple[bool, str, str | None, bool]],
    chosen: tuple[int, int],
    later: int,
) -> None:
    empty(services.database)
    books = Book(services), Book(services, "other")
    keys = [(books[is_other].source_id, f"0{at}") for at, (is_other, *_) in enumerate(world)]
    for source, book in enumerate(books):
        won = (deal(str(at), opened="2026-09-01", won="2026-09-20", amount=10**at)
               for at, (is_other, *_) in enumerate(world) if is_other == source)  # fmt: skip
        book.deals(*(replace(one, company_external_id=f"0{one.external_id}") for one in won))

    def sync(changed: int | None = None) -> dict[str, Any]:
        said: tuple[list[gate.Company], list[gate.Company]] = [], []
        for at, (is_other, name, inn, has_phone) in enumerate(world):
            title = f"Фирма {name}" + (" новая" if at == changed else "")
            phones = ("8 495 123 45 67",) if has_phone else ()
            said[is_other].append(gate.Company(f"0{at}", title, inn=inn, phones=phones))
        for book, companies in zip(books, said, strict=True):
            book.save(Noun.COMPANY, *companies)
        flow.match(services)
        flow.kpi(services)
        return _store(services)

    straight = sync(later)
    assert {row.kpi for row in straight["point"]} >= {"won_revenue"}
    sync()
    accounts = _accounts(services)
    one, other = (accounts[keys[number % len(world)]] for number in chosen)
    if one != other:
        both = {key for key, account in accounts.items() if account in {one, other}}
        merged, split, back, unmerged = (NOW + timedelta(minutes=n) for n in range(4))
        with services.database.transaction() as session:
            decision = Deciding(session, "Анна", merged).merge(one, other)
        before = sync()
        (whole,) = {_accounts(services)[key] for key in both}
        won = [
            row.value
            for row in before["point"]
            if (row.account_id, row.kpi, f"{row.on:%Y-%m}") == (whole, "won_revenue", "2026-09")
        ]
        assert won == [sum(10**at for at, key in enumerate(keys) if key in both)]
        leaves = keys[chosen[0] % len(world)]
        with services.database.transaction() as session:
            first = Deciding(session, "Анна", split).split(whole, [leaves])
        assert sync() != before
        assert _accounts(services)[leaves] not in {
            _accounts(services)[key] for key in both - {leaves}
        }
        with services.database.transaction() as session:
            Deciding(session, "Анна", back).undo(first)
        assert sync() == before
        with services.database.transaction() as session:
            Deciding(session, "Анна", unmerged).undo(decision)
    assert sync(later) == straight
