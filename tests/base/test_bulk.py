"""Bulk merging: only what differs is written."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from kam_sync.base.db import Database, Merged, merge
from kam_sync.base.errors import Busy

TABLE = sa.Table(
    "bulk_trial", sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text),
    sa.Column("touched", sa.Integer),
)  # fmt: skip
ROWS = st.dictionaries(st.integers(0, 9), st.none() | st.sampled_from(["а", "б", "\t\\N\n"]))


@pytest.fixture(scope="module")
def with_table(migrated: Database) -> Iterator[Database]:
    """The database with a table to try on."""
    TABLE.create(migrated.engine)
    yield migrated
    TABLE.drop(migrated.engine)


@given(before=ROWS, after=ROWS)
@settings(max_examples=40)
def test_a_merge_writes_just_what_differs(
    with_table: Database, before: dict[int, str | None], after: dict[int, str | None]
) -> None:
    columns = ("id", "name")
    with with_table.transaction() as session:
        session.execute(sa.delete(TABLE))
        merge(session, TABLE, columns, before.items(), touch={"touched": 1})
        merged = merge(session, TABLE, columns, after.items(), touch={"touched": 2})
        found = {row.id: (row.name, row.touched) for row in session.execute(sa.select(TABLE))}
    created = after.keys() - before.keys()
    updated = {key for key in after.keys() & before.keys() if after[key] != before[key]}
    assert merged == Merged(created=len(created), updated=len(updated))
    for key, name in {**before, **after}.items():
        assert found[key] == (name, 2 if key in created | updated else 1)


def test_a_lock_is_held_by_one_at_a_time(migrated: Database) -> None:
    with (
        migrated.alone("source 1"),
        migrated.alone("source 2"),
        pytest.raises(Busy, match="source 1"),
        migrated.alone("source 1"),
    ):
        pass
    with migrated.alone("source 1"):
        pass


def test_an_error_rolls_the_transaction_back(with_table: Database) -> None:
    def fail() -> None:
        with with_table.transaction() as session:
            merge(session, TABLE, ("id", "name"), [(77, "x")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with with_table.transaction() as session:
        assert session.scalar(sa.select(TABLE.c.id).where(TABLE.c.id == 77)) is None
