"""Who was held apart by something that is gone is looked at again, as if all were compared anew."""

from collections.abc import Callable
from typing import Any

import pytest

import connectors as gate
from connectors import Noun
from kam_sync import flow, removing
from kam_sync.wiring import Services
from tests.fakes.books import Book
from tests.fakes.connecting import ask

INN, OTHER = "7707083893", "7728168971"
PHONES = ("8 495 123 45 67",)


def links(services: Services) -> list[Any]:
    """Where each company and each contact belongs."""
    return [
        *ask(services, "SELECT source_id, company_external_id, account_id FROM account_link"
             " ORDER BY 1, 2"),
        *ask(services, "SELECT source_id, external_id, person_id FROM person_link ORDER BY 1, 2"),
    ]  # fmt: skip


def assert_as_anew(services: Services, *, wholes: int) -> None:
    """What was matched bit by bit is what comes of comparing all anew: so many accounts."""
    flow.match(services)
    bit_by_bit = links(services)
    flow.rematch(services, "Анна")
    assert links(services) == bit_by_bit
    assert len({whole for *_, whole in bit_by_bit}) == wholes


def three(services: Services, *companies: gate.Company) -> list[Book]:
    """A company in each of three sources, matched."""
    books = [Book(services, name) for name in "abc"]
    for book, company in zip(books, companies, strict=True):
        book.save(Noun.COMPANY, company)
    flow.match(services)
    return books


def rivals(services: Services) -> list[Book]:
    """One without an INN that fits two firms with different ones: it belongs to neither."""
    return three(
        services,
        gate.Company("1", "Ромашка Люкс", phones=PHONES),
        gate.Company("1", "Ромашка Люкс", inn=INN, phones=PHONES),
        gate.Company("1", "Ромашка Люкс", inn=OTHER, phones=PHONES),
    )


def test_a_rival_that_becomes_somebody_else_holds_nobody_apart(services: Services) -> None:
    *_, third = rivals(services)
    assert len({account for *_, account in links(services)}) == 3
    third.save(Noun.COMPANY, gate.Company("1", "Василёк", inn=OTHER))
    assert_as_anew(services, wholes=2)


def test_a_branch_whose_inn_was_wrong_holds_nobody_apart(services: Services) -> None:
    *_, third = three(
        services,
        gate.Company("1", "Ромашка", inn=INN),
        gate.Company("1", "Ромашка", inn=INN, kpp="770701001"),
        gate.Company("1", "Ромашка", inn=INN, kpp="631643001"),
    )
    third.save(Noun.COMPANY, gate.Company("1", "Василёк", inn=OTHER, kpp="631643001"))
    assert_as_anew(services, wholes=2)


def test_a_rival_whose_source_is_removed_holds_nobody_apart(services: Services) -> None:
    rivals(services)
    removing.remove(services, "c")
    assert_as_anew(services, wholes=1)


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("matched", [flow.match, lambda s: flow.rematch(s, "Анна")])
def test_who_is_matched_while_a_source_goes_is_matched_without_it(
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    matched: Callable[[Services], Any],
    is_known: bool,
) -> None:
    mails = ("vera@sokol-trade.example",)
    a, _, _ = three(
        services,
        gate.Company("1", "Ромашка Люкс", inn=INN),
        gate.Company("1", "Ромашка Люкс", inn=INN, phones=PHONES),
        gate.Company("1", "Ромашка Люкс", phones=PHONES),
    )
    neighbours = (gate.Company(f"2{n}", f"Сосед {n}", phones=PHONES) for n in range(5))
    a.save(Noun.COMPANY, *neighbours)
    for book, phones, emails in (("d", PHONES, ()), ("e", (), mails)):
        vera = gate.Contact("1", "Вера Сокол", phones=phones, emails=emails)
        Book(services, book).save(Noun.CONTACT, vera)
    a.save(Noun.CONTACT, gate.Contact("1", "Вера Сокол", phones=PHONES, emails=mails))
    if is_known:
        flow.match(services)
    drop = removing._drop
    waiting = [matched]

    def match_first(*args: Any) -> None:
        if waiting:
            waiting.pop()(services)
        drop(*args)

    monkeypatch.setattr(removing, "_drop", match_first)
    removing.remove(services, "a")
    assert not waiting
    assert_as_anew(services, wholes=5)  # one firm of two sources, those of d and e, two Veras
