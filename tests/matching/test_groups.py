"""Groups are kept true: by INN after matching, by people, and when companies move."""

from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import Noun
from kam_sync import flow, removing
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.matching import parenting
from kam_sync.matching.deciding import Deciding
from kam_sync.matching.parenting import Parenting
from kam_sync.matching.store import GroupStore
from kam_sync.wiring import Services
from tests.conftest import NOW, empty
from tests.fakes.books import Book

INN = "7707083893"
HEAD, BRANCH, SECOND = "770701001", "631643001", "526002001"


def _firms(book: Book, *firms: tuple[str, str | None, str | None]) -> None:
    """Companies by id, INN and KPP, matched."""
    names = {"1": "Ромашка", "2": "Ромашка Самара", "3": "Ромашка Казань", "4": "Холдинг Луг"}
    for id_, inn, kpp in firms:
        book.save(Noun.COMPANY, gate.Company(id_, names[id_], inn=inn, kpp=kpp))
    flow.match(book.services)


def _parents(services: Services) -> dict[UUID, tuple[UUID, bool]]:
    """The parents of all accounts, and whether a person said so."""
    with services.database.transaction() as session:
        found = session.connection().exec_driver_sql("SELECT * FROM account_parent")
        return {account: (parent, decision is not None) for account, parent, decision in found}


def _place(book: Book, child: str, parent: str | None) -> int:
    with book.services.database.transaction() as session:
        above = None if parent is None else book.account(parent)
        return Parenting(session, "Анна", NOW).place(book.account(child), above)


def test_branches_follow_their_head_office_whichever_comes_first(services: Services) -> None:
    book = Book(services)
    _firms(book, ("2", INN, BRANCH), ("3", INN, SECOND))
    one, two, three = (book.account(id_) for id_ in "123")
    assert _parents(services) == {three: (two, False)}
    _firms(book, ("1", INN, HEAD))
    assert _parents(services) == {two: (one, False), three: (one, False)}
    _firms(book, ("1", None, None))
    assert _parents(services) == {three: (two, False)}


def test_a_person_sets_and_removes_parents_and_takes_it_back(services: Services) -> None:
    book = Book(services)
    _firms(book, ("1", INN, HEAD), ("2", INN, BRANCH), ("4", None, None))
    one, two, four = (book.account(id_) for id_ in "124")
    _place(book, "1", "4")
    assert _parents(services) == {two: (one, False), one: (four, True)}
    _place(book, "2", None)
    flow.rematch(services, "test")
    assert _parents(services) == {one: (four, True)}
    with services.database.transaction() as session:
        by_boris = Parenting(session, "Борис", NOW)
        by_boris.take_back(two)
        by_boris.take_back(one)
        with pytest.raises(NotHere):
            by_boris.take_back(one)
        (kept,) = GroupStore(session).decisions(two, limit=9)
        assert (kept.by, kept.undone_by, kept.parent_id) == ("Анна", "Борис", None)
    assert _parents(services) == {two: (one, False)}


def test_no_account_becomes_its_own_ancestor(services: Services) -> None:
    book = Book(services)
    _firms(book, ("1", INN, HEAD), ("2", INN, BRANCH), ("4", None, None))
    _place(book, "4", "2")
    before = _parents(services)
    for child, parent in (("1", "4"), ("1", "2"), ("1", "1")):
        with pytest.raises(WrongUse):
            _place(book, child, parent)
    assert _parents(services) == before


def test_a_company_that_leaves_an_account_leaves_its_group(services: Services) -> None:
    book = Book(services)
    _firms(book, ("1", None, None), ("3", None, None), ("4", None, None))
    one, three, four = (book.account(id_) for id_ in "134")
    _place(book, "3", "4")
    with services.database.transaction() as session:
        deciding = Deciding(session, "Анна", NOW)
        deciding.merge(one, three)
        assert _members(session, four) == [four, one]
        with pytest.raises(WrongUse, match="was merged into"):
            Parenting(session, "Анна", NOW).place(three, four)
        deciding.split(one, [(book.source_id, "1")])
        assert _members(session, four) == [four, three]


def test_a_parent_that_becomes_one_with_its_child_is_no_parent(services: Services) -> None:
    book = Book(services)
    _firms(book, ("1", None, None), ("4", None, None))
    _place(book, "4", "1")
    with services.database.transaction() as session:
        decision = Deciding(session, "Анна", NOW).merge(book.account(), book.account("4"))
    assert _parents(services) == {}
    with services.database.transaction() as session:
        Deciding(session, "Анна", NOW).undo(decision)
    assert _parents(services) == {book.account("4"): (book.account(), True)}


def test_a_source_that_goes_leaves_its_branches_to_the_next_office(services: Services) -> None:
    head, book = Book(services, "head"), Book(services)
    _firms(head, ("1", INN, HEAD))
    _firms(book, ("2", INN, BRANCH), ("3", INN, SECOND))
    assert _parents(services) == {book.account(id_): (head.account(), False) for id_ in "23"}
    removing.remove(services, "head")
    assert _parents(services) == {book.account("3"): (book.account("2"), False)}


def _members(session: Session, account: UUID) -> list[UUID]:
    return [member.id for member in GroupStore(session).members(account, limit=9)]


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.integers(1, 5),
            st.sampled_from((None, HEAD, BRANCH, SECOND)),
            st.sampled_from((INN, "7728168971")),
            st.one_of(st.none(), st.integers(1, 5)),
        ),
        min_size=4,
        max_size=7,
    )
)
def test_what_is_written_bit_by_bit_is_what_all_of_it_would_be(
    services: Services, steps: list[tuple[int, str | None, str, int | None]]
) -> None:
    empty(services.database)
    book = Book(services)
    for id_, kpp, inn, parent in steps:
        book.save(Noun.COMPANY, gate.Company(str(id_), f"Фирма {id_}", inn=inn, kpp=kpp))
        flow.match(services)
        if parent is not None:
            with suppress(NotHere, WrongUse):
                _place(book, str(id_), str(parent))
    by_bit = _parents(services)
    with services.database.transaction() as session:
        parenting.renew(session)
    assert _parents(services) == by_bit
    for account in by_bit:
        above = account
        for _ in by_bit:
            above = by_bit[above][0] if above in by_bit else above
        assert above not in by_bit  # every way up ends
