"""What a person does at once is one act: it is shown, and taken back, as one."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.base.errors import NotHere, Outdated, WrongUse
from kam_sync.matching.deciding import Deciding
from kam_sync.matching.grouping import Company
from kam_sync.matching.model import Act, Says
from kam_sync.matching.store import DecisionStore
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes import joining
from tests.fakes.books import Book

INN = "7707083893"


def _accounts(services: Services) -> dict[Company, UUID]:
    query = "SELECT source_id, company_external_id, account_id FROM account_link"
    with services.database.transaction() as session:
        return {(source, key): account for source, key, account in session.execute(sa.text(query))}


def _acts(services: Services) -> list[Act]:
    with services.database.transaction() as session:
        return DecisionStore(session).acts(limit=9)


def test_a_split_of_two_from_two_is_one_act_and_is_taken_back_as_one(services: Services) -> None:
    book = Book(services)
    for number in "1234":
        book.save(Noun.COMPANY, gate.Company(number, "Ромашка", inn=INN, kpp="770701001"))
    flow.match(services)
    before = _accounts(services)
    keys = sorted(before)
    decision = joining.split(services, book.account(), keys[2:], by="Анна")
    after = _accounts(services)
    assert [after[key] == after[keys[0]] for key in keys] == [True, True, False, False]
    assert after[keys[2]] == after[keys[3]]
    (act,) = _acts(services)
    assert (act.id, act.sides) == (decision, (tuple(keys[:2]), tuple(keys[2:])))
    joining.undo(services, decision, by="Борис")
    (act,) = _acts(services)
    assert (_accounts(services), act.undone_by) == (before, "Борис")
    with pytest.raises(Outdated):
        joining.undo(services, decision, by="Борис")


def test_a_merge_lifts_all_that_a_split_had_said(services: Services) -> None:
    book = Book(services)
    for number in "123":
        book.save(Noun.COMPANY, gate.Company(number, "Ромашка", inn=INN, kpp="770701001"))
    flow.match(services)
    *_, last = sorted(_accounts(services))
    joining.split(services, book.account("1"), [last], by="Анна")
    parted = _accounts(services)
    merge = joining.merge(services, book.account("1"), book.account("3"), by="Анна")
    assert len(set(_accounts(services).values())) == 1
    joining.undo(services, merge, by="Анна")
    assert _accounts(services) == parted


def test_of_two_sides_that_fall_apart_after_a_split_nobody_comes_to_the_other_side(
    services: Services,
) -> None:
    book = Book(services)
    cards = [gate.Company(n, "Ромашка", inn=INN, kpp="770701001") for n in "1234"]
    book.save(Noun.COMPANY, *cards)
    flow.match(services)
    one, two, three, four = sorted(_accounts(services))
    joining.split(services, book.account(), [three, four], by="Анна")
    joining.keep_apart(services, one, two, by="Анна")
    joining.keep_apart(services, three, four, by="Анна")
    flow.rematch(services, "test")
    assert len(set(_accounts(services).values())) == 4


def test_acts_come_the_latest_first_and_page_by_page(services: Services) -> None:
    book = Book(services)
    for number in "12":
        book.save(Noun.COMPANY, gate.Company(number, f"Фирма {number * 5}"))
    one, other = (book.source_id, "1"), (book.source_id, "2")
    first = joining.keep_apart(services, one, other, by="Анна")
    second = joining.merge(services, book.account("1"), book.account("2"), by="Анна")
    latest, earlier = _acts(services)
    assert (latest.id, earlier.id) == (second, first)
    assert (latest.undone_at, earlier.undone_by) == (None, "Анна")
    with services.database.transaction() as session:
        assert DecisionStore(session).acts(before=second, limit=9) == [earlier]


def test_what_a_decision_had_taken_back_holds_again_when_it_is_taken_back(
    services: Services,
) -> None:
    book = Book(services)
    for number in "12":
        book.save(Noun.COMPANY, gate.Company(number, f"Фирма {number * 5}"))
    one, other = (book.source_id, "1"), (book.source_id, "2")
    at = [NOW + timedelta(minutes=n) for n in range(5)]
    with services.database.transaction() as session:
        apart = Deciding(session, "Анна", at[0]).keep_apart((one, other))
        merge = Deciding(session, "Анна", at[1]).merge(book.account("1"), book.account("2"))
        split = Deciding(session, "Анна", at[2]).split(book.account("1"), [other])
    with services.database.transaction() as session:
        Deciding(session, "Анна", at[3]).undo(split)
    assert {act.id for act in _acts(services) if act.undone_at is None} == {merge}
    with services.database.transaction() as session:
        Deciding(session, "Анна", at[4]).undo(merge)
    assert {act.id for act in _acts(services) if act.undone_at is None} == {apart}
    assert len(set(_accounts(services).values())) == 2


def test_what_a_person_took_back_is_not_brought_again_by_taking_back_a_later_word(
    services: Services,
) -> None:
    book = Book(services)
    for number in "123":
        book.save(Noun.COMPANY, gate.Company(number, "Ромашка", inn=INN, kpp="770701001"))
    flow.match(services)
    one, two, three = sorted(_accounts(services))
    at = [NOW + timedelta(minutes=n) for n in range(4)]
    with services.database.transaction() as session:
        split = Deciding(session, "Анна", at[0]).split(book.account("1"), [one, two])
        later = Deciding(session, "Анна", at[1]).keep_apart((one, three))
        Deciding(session, "Анна", at[2]).undo(split)
    with services.database.transaction() as session:
        Deciding(session, "Анна", at[3]).undo(later)
    assert all(act.undone_at for act in _acts(services))
    assert len(set(_accounts(services).values())) == 1


def test_a_person_joins_branches_whichever_of_their_companies_came_first(
    services: Services,
) -> None:
    book = Book(services)
    for number, kpp in (("1", "770701001"), ("2", "770701001"), ("3", "780101001")):
        book.save(Noun.COMPANY, gate.Company(number, "Ромашка", inn=INN, kpp=kpp))
    flow.match(services)
    assert len(set(_accounts(services).values())) == 2
    joining.merge(services, book.account("1"), book.account("3"), by="Анна")
    assert len(set(_accounts(services).values())) == 1
    flow.rematch(services, "test")
    assert len(set(_accounts(services).values())) == 1


def test_whole_accounts_are_merged_whatever_speaks_against_it(services: Services) -> None:
    first, second, third = (Book(services, name) for name in "abc")
    phones = ("8 495 123 45 67",)
    first.save(Noun.COMPANY, gate.Company("1", "Ромашка Люкс", phones=phones))
    second.save(Noun.COMPANY, gate.Company("1", "Ромашка Люкс", inn=INN, phones=phones))
    third.save(Noun.COMPANY, gate.Company("1", "Василёк", inn="7728168971"))
    flow.match(services)
    before = _accounts(services)
    assert len(set(before.values())) == 2
    decision = joining.merge(services, first.account(), third.account(), by="Анна")
    assert len(set(_accounts(services).values())) == 1
    flow.rematch(services, "test")
    assert len(set(_accounts(services).values())) == 1
    (act,) = _acts(services)
    assert (act.id, act.sides) == (
        decision, (((first.source_id, "1"),), ((third.source_id, "1"),)),
    )  # fmt: skip
    joining.undo(services, decision, by="Борис")
    assert _accounts(services) == before


@pytest.mark.parametrize("leaving", [[0], [1, 2]], ids=["who binds the others", "the others"])
def test_what_only_another_company_bound_stays_together_when_an_account_is_split(
    services: Services, leaving: list[int]
) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Василёк"), gate.Company("3", "Подсолнух"))
    for other in "23":
        joining.merge(services, book.account("1"), book.account(other), by="Анна")
    one, two, three = keys = sorted(_accounts(services))
    before = _accounts(services)
    split = joining.split(services, book.account("1"), [keys[at] for at in leaving], by="Анна")
    after = _accounts(services)
    assert after[two] == after[three] != after[one]
    act, *merges = _acts(services)
    assert (act.id, act.says) == (split, Says.APART)
    assert {one for side in act.sides for one in side} == set(keys)
    assert all(merge.undone_by == "Анна" for merge in merges)
    joining.undo(services, split, by="Борис")
    act, *merges = _acts(services)
    assert (act.undone_by, [merge.undone_at for merge in merges]) == ("Борис", [None, None])
    assert _accounts(services) == before
    joining.undo(services, merges[1].id, by="Борис")
    apart = _accounts(services)
    assert apart[one] == apart[three] != apart[two]


def test_a_person_parts_what_the_crm_has_merged(services: Services) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Лютик"))
    with services.database.transaction() as session:
        session.execute(
            sa.text(
                "INSERT INTO raw_record (source_id, noun, external_id, body, digest, change_no,"
                " changed_at, gone_at, gone_why, merged_into)"
                " VALUES (:source, 'company', '2', '{}', '', 1, now(), now(), 'merged', '1')"
            ),
            {"source": book.source_id},
        )
    flow.match(services)
    assert len(set(_accounts(services).values())) == 1
    split = joining.split(services, book.account(), [(book.source_id, "2")], by="Анна")
    assert len(set(_accounts(services).values())) == 2
    flow.rematch(services, "test")
    assert len(set(_accounts(services).values())) == 2
    joining.undo(services, split, by="Анна")
    assert len(set(_accounts(services).values())) == 1


def test_a_merge_names_the_companies_that_the_question_named(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    for key, name in (("1", "Ромашка"), ("2", "Альфа")):
        book.save(Noun.COMPANY, gate.Company(key, name, inn=INN, kpp="770701001"))
    other.save(Noun.COMPANY, gate.Company("1", "Альфа"))
    flow.match(services)
    assert len(set(_accounts(services).values())) == 2
    joining.merge(services, book.account("1"), other.account("1"), by="Анна")
    (act,) = _acts(services)
    assert {one for side in act.sides for one in side} == {
        (book.source_id, "2"), (other.source_id, "1"),
    }  # fmt: skip


def test_nobody_decides_of_what_is_not_there(services: Services) -> None:
    book = Book(services)
    own = (book.source_id, "1")
    with pytest.raises(NotHere, match="company 2"):
        joining.keep_apart(services, own, (book.source_id, "2"), by="Анна")
    with pytest.raises(WrongUse, match="from itself"):
        joining.keep_apart(services, own, own, by="Анна")
    assert _acts(services) == []


def test_what_a_merge_held_together_goes_with_the_word_that_it_was_about(
    services: Services,
) -> None:
    a, b, c = (Book(services, name) for name in "abc")
    phones = ("8 495 123 45 67",)
    a.save(Noun.COMPANY, gate.Company("1", "Ромашка Люкс", phones=phones))
    b.save(Noun.COMPANY, gate.Company("1", "Ромашка Люкс", inn=INN, phones=phones))
    c.save(Noun.COMPANY, gate.Company("1", "Василёк", inn="7728168971"))
    flow.match(services)
    joining.merge(services, a.account(), c.account(), by="Анна")
    left = [(c.source_id, "1")]
    split = joining.split(services, a.account(), left, by="Борис")
    (_, merged) = _acts(services)
    assert merged.undone_by == "Борис"
    with services.database.transaction() as session:
        assert DecisionStore(session).holding(list(_accounts(services)), Says.TOGETHER) == {}
    joining.undo(services, split, by="Борис")
    (_, merged) = _acts(services)
    assert merged.undone_by is None


def test_two_that_a_third_binds_are_not_kept_apart_but_split(services: Services) -> None:
    book = Book(services)
    for number in "123":
        book.save(Noun.COMPANY, gate.Company(number, "Ромашка", inn=INN, kpp="770701001"))
    flow.match(services)
    one, _, three = sorted(_accounts(services))
    with pytest.raises(WrongUse, match="split it"):
        joining.keep_apart(services, one, three, by="Анна")


def test_what_a_split_held_together_holds_while_any_of_the_split_does(services: Services) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Василёк"), gate.Company("3", "Подсолнух"))
    one, two, three = sorted(_accounts(services))
    for other in "23":
        joining.merge(services, book.account("1"), book.account(other), by="Анна")
    split = joining.split(services, book.account("1"), [one], by="Анна")
    parted = _accounts(services)
    first = joining.keep_apart(services, one, two, by="Борис")
    last = joining.keep_apart(services, one, three, by="Борис")
    assert {act.id for act in _acts(services) if act.undone_at is None} == {first, last}
    joining.undo(services, first, by="Борис")
    assert {act.id for act in _acts(services) if act.undone_at is None} == {split, last}
    assert _accounts(services) == parted
