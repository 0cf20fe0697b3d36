"""The trail of companies among accounts: each that went, when and why, whoever made it go."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync import flow, removing
from kam_sync.accounts.moves import Cause, Move
from kam_sync.accounts.store import MoveStore
from kam_sync.wiring import Services
from tests.fakes import joining
from tests.fakes.books import Book

INN = "7707083893"


def _trail(services: Services) -> list[Move]:
    with services.database.transaction() as session:
        found = MoveStore(session).after(0, limit=100)
        session.expunge_all()
        return found


def _ends(moves: list[Move]) -> list[tuple[str, UUID, UUID | None, Cause]]:
    return [(one.source, one.from_account, one.to_account, one.cause) for one in moves]


def _say(services: Services, query: str, **values: Any) -> None:
    with services.database.transaction() as session:
        session.execute(sa.text(query), values)


def test_what_joins_and_parts_of_itself_is_kept_and_outlives_its_source(services: Services) -> None:
    a, b, c = (Book(services, name) for name in "abc")
    for book, name in ((a, "ООО Ромашка"), (b, "РОМАШКА"), (c, "Ромашка")):
        book.save(Noun.COMPANY, gate.Company("1", name, inn=INN))
    flow.match(services)
    joined = _trail(services)
    assert _ends(joined) == [
        ("b", b.account(), a.account(), Cause.EVIDENCE),
        ("c", c.account(), a.account(), Cause.EVIDENCE),
    ]
    assert [(one.company, one.beside, one.beside_source) for one in joined] == [
        ("РОМАШКА", "ООО Ромашка", "a"), ("Ромашка", "ООО Ромашка", "a"),
    ]  # fmt: skip
    assert joined[0].because[0] == {"with": [a.source_id, "1"]}
    assert joined[0].because[1]["clue"] == "inn"
    flow.rematch(services, "Анна")  # nobody goes anywhere
    c.save(Noun.COMPANY, gate.Company("1", "Иное дело", inn="7728168971"))
    flow.match(services)
    removing.remove(services, "a")
    assert _ends(_trail(services)[2:]) == [
        ("c", a.account(), c.account(), Cause.EVIDENCE),
        ("a", a.account(), None, Cause.REMOVAL),
        ("b", a.account(), b.account(), Cause.REMOVAL),
    ]
    assert [one.by for one in _trail(services)] == [None] * 5


def test_a_source_that_shares_no_account_leaves_no_trail(services: Services) -> None:
    Book(services, "a")
    flow.match(services)
    removing.remove(services, "a")
    assert _trail(services) == []


def test_what_a_person_does_is_kept_by_name_and_each_company_goes_once(services: Services) -> None:
    book = Book(services)
    for number, name in (("2", "Лютик"), ("3", "Сокол")):
        book.save(Noun.COMPANY, gate.Company(number, name))
    flow.match(services)
    one, two, three = (book.account(number) for number in "123")
    joining.merge(services, one, two, by="Анна")
    joining.merge(services, one, three, by="Анна")
    split = joining.split(services, one, [(book.source_id, "2"), (book.source_id, "3")], by="Борис")
    joining.undo(services, split, by="Анна")
    assert [
        (move.company, move.from_account, move.to_account, move.by) for move in _trail(services)
    ] == [
        ("Лютик", two, one, "Анна"), ("Сокол", three, one, "Анна"),
        ("Лютик", one, two, "Борис"), ("Сокол", one, two, "Борис"),
        ("Лютик", two, one, "Анна"), ("Сокол", two, one, "Анна"),
    ]  # fmt: skip
    assert {move.cause for move in _trail(services)} == {Cause.DECISION}


def test_what_the_crm_merges_is_kept_as_its_word(services: Services) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Лютик"))
    flow.match(services)
    _say(
        services,
        "INSERT INTO raw_record (source_id, noun, external_id, body, digest, change_no,"
        " changed_at, gone_why, merged_into)"
        " VALUES (:s, 'company', '2', '{}', '', 1, now(), '', '1')",
        s=book.source_id,
    )
    flow.rematch(services, "Анна")
    (move,) = _trail(services)
    assert (move.company, move.to_account, move.cause, move.by) == (
        "Лютик", book.account(), Cause.CRM, None,
    )  # fmt: skip
    assert move.because == [{"with": [book.source_id, "1"]}]
