"""The comparison in the database says what a comparison by hand says, whatever is on each side."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import Deal, Noun, Outcome, RawRecord
from kam_sync.accounts.store import SavingStore
from kam_sync.intake.model import Access, Gone, NewSource
from kam_sync.intake.store import GoneStore, RawStore, SourceStore, digest_of
from kam_sync.ledger.entry import entry_of
from kam_sync.ledger.store import ComparingStore, LedgerStore
from kam_sync.wiring import Services

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TODAY = date(2026, 12, 1)


class Side(NamedTuple):
    """A deal as one side has it."""

    amount: int
    currency: str
    is_deleted: bool


SIDE = st.builds(Side, st.integers(0, 2), st.sampled_from(["RUB", "USD"]), st.booleans())
SIDES = st.dictionaries(
    st.sampled_from("123456"), st.tuples(st.none() | SIDE, st.none() | SIDE, st.booleans())
)
"""For each id our side, the CRM's side, and whether ours is marked as gone."""


def raw(key: str, side: Side) -> RawRecord:
    return RawRecord(Noun.DEAL, key, side._asdict())


def deal(record: RawRecord) -> Deal:
    body = record.body
    return Deal(
        record.external_id, "", "1", "2", Outcome.OPEN, Decimal(body["amount"]), body["currency"],
        is_deleted=body["is_deleted"],
    )  # fmt: skip


def by_hand(here: Side | None, there: Side | None) -> str | None:
    """How the two differ; who is deleted on its side is as good as not there."""
    is_here, is_there = (side is not None and not side.is_deleted for side in (here, there))
    if here is None or there is None:
        return "only_here" if is_here else "only_there" if is_there else None
    return "differing" if here != there and (is_here or is_there) else None


@pytest.mark.heavy
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SIDES)
def test_it_finds_what_differs_on_the_side_where_it_is(
    services: Services, sides: dict[str, tuple[Side | None, Side | None, bool]]
) -> None:
    ours = {key: here for key, (here, _, _) in sides.items() if here}
    gone = {key for key, (here, _, is_gone) in sides.items() if here and is_gone}
    theirs = {key: there for key, (_, there, _) in sides.items() if there}
    expected: dict[str, list[str]] = {}
    for key in sides:
        kind = by_hand(None if key in gone else ours.get(key), theirs.get(key))
        expected.setdefault(kind or "", []).append(key)
    with services.database.transaction() as session:
        new = NewSource(name="sales", kind="memory", base_url="http://127.0.0.1:9")
        source_id = SourceStore(session).add(new, Access(sealed_token=""), NOW).id
        raws = [raw(key, side) for key, side in ours.items()]
        RawStore(session, source_id).keep(Noun.DEAL, raws, NOW)
        SavingStore(session, source_id).save(Noun.DEAL, [deal(one) for one in raws], NOW)
        GoneStore(session, source_id).mark(Noun.DEAL, dict.fromkeys(gone, Gone("test")), NOW)
        comparing = ComparingStore(session, source_id, Noun.DEAL)
        shown = [raw(key, side) for key, side in theirs.items()]
        comparing.put(entry_of(one, digest_of(one), deal) for one in shown)
        check = LedgerStore(session, source_id, Noun.DEAL).write(TODAY, NOW)
        living = [side for key, side in ours.items() if key not in gone and not side.is_deleted]
        assert check.here == len(living)
        assert check.there == sum(not side.is_deleted for side in theirs.values())
        for kind in ("only_here", "only_there", "differing"):
            assert getattr(check, kind) == len(expected.get(kind, []))
        assert comparing.count() == check.found == check.left_over
        for currency, sums in check.sums.items():
            total = sum(side.amount for side in living if side.currency == currency)
            assert Decimal(sums["here"]) == total
        session.rollback()
