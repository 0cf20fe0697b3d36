"""What a CRM has merged is one customer here, whichever of the two is looked at."""

import re

import pytest

import connectors as gate
from connectors import Noun
from kam_sync.intake.model import Gone
from kam_sync.intake.store import GoneStore, RawStore
from kam_sync.matching.store import PairStore
from kam_sync.wiring import Services
from tests.fakes.books import WHEN, Book
from tests.fakes.plans import plan_of


@pytest.mark.parametrize("asked", ["1", "2"])
def test_both_sides_of_a_merge_are_found(services: Services, asked: str) -> None:
    book = Book(services)
    with services.database.transaction() as session:
        records = [gate.RawRecord(Noun.COMPANY, key, {}) for key in "12"]
        RawStore(session, book.source_id).keep(Noun.COMPANY, records, WHEN)
        GoneStore(session, book.source_id).mark(Noun.COMPANY, {"2": Gone("merged", "1")}, WHEN)
        found = PairStore(session).reach([(book.source_id, asked)])
    one, other = (book.source_id, "1"), (book.source_id, "2")
    assert (found.merged, found.companies) == ({(one, other)}, {one, other})


def test_merges_are_looked_up_without_reading_all_records(services: Services) -> None:
    with services.database.transaction() as session:
        plan = plan_of(session, lambda: PairStore(session).reach([(1, "1")]), "merged_into")
    assert re.search(r"Index Cond: .*merged_into", plan), plan
