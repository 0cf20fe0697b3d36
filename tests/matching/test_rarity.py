"""What is shared weighs by how many share it now: matching bit by bit comes to what anew does."""

from typing import Any

import pytest

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.wiring import Services
from tests.fakes.books import Book
from tests.fakes.connecting import ask

PHONES = ("84951234567",)
MANY = [gate.Company(f"{n}", f"Фирма {n * 7919}", phones=PHONES) for n in range(10, 35)]


def _pairs(services: Services) -> list[Any]:
    return ask(services, "SELECT one_id, other_id, answer, weight FROM match_pair ORDER BY 1, 2")


@pytest.mark.parametrize("others", [2, 25])
def test_a_pair_is_judged_anew_when_many_share_what_made_it_one_and_when_they_no_longer_do(
    services: Services, others: int
) -> None:
    a, b = Book(services, "a"), Book(services, "b")
    for book in (a, b):
        book.save(Noun.COMPANY, gate.Company("1", "Ромашка Люкс", phones=PHONES))
    flow.match(services)
    alone = _pairs(services)
    assert [answer for *_, answer, _ in alone] == ["same"]
    a.save(Noun.COMPANY, *MANY[:others])
    flow.match(services)
    among_many = _pairs(services)
    assert among_many[0][3] < alone[0][3]
    flow.rematch(services, "test")
    assert _pairs(services) == among_many
    a.save(Noun.COMPANY, *(gate.Company(one.external_id, one.name) for one in MANY[:others]))
    flow.match(services)
    assert _pairs(services) == alone
