"""The inventory is complete: every column with text was decided on."""

from kam_sync.base.db import Database
from kam_sync.privacy.free import declared, is_free
from kam_sync.privacy.inventory import personal
from kam_sync.privacy.store import text_columns


def test_every_column_with_text_is_declared_personal_or_free_of_it(database: Database) -> None:
    with database.transaction() as session:
        there = text_columns(session)
    undecided = {one for one in there - personal() if not is_free(*one)}
    assert undecided == set()


def test_nothing_is_declared_that_is_not_there_or_declared_twice(database: Database) -> None:
    with database.transaction() as session:
        there = text_columns(session)
    assert personal() - there == set()
    assert declared() - there == set()
    assert personal() & declared() == set()
