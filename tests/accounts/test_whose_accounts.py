"""Whoever looks after whatever, however it is linked, merged and put into groups: nobody sees what
is somebody else's, and everything is somebody's or nobody's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import Outcome
from kam_sync.accounts.store import Own
from kam_sync.accounts.store.tables import AccountRow, CompanyRow, DealRow, LinkRow, UserRow
from kam_sync.base.db import Database, Session
from kam_sync.intake.model import Access, NewSource
from kam_sync.intake.store import SourceStore
from kam_sync.kpi.store.tables import SeriesRow
from tests.conftest import NOW, rounds

_OWNERS = ("anna", "boris", "gone", None)
"""Two managers, a user whom no CRM has any more, and nobody."""
_SOURCES = (1, 2)


@dataclass(frozen=True)
class Made:
    """A made-up house."""

    companies: Mapping[tuple[int, str], tuple[int, str | None]]
    """Account and owner of each."""
    merged: Mapping[int, int]
    """An account without companies, and the one it was merged into."""
    parents: Mapping[int, int]
    accounts: int

    def keeper(self, account: int) -> str | None:
        """Who looks after an account: the owner of its first company that has one."""
        while account in self.merged:
            account = self.merged[account]
        own = sorted(key for key, (of, _) in self.companies.items() if of == account)
        owners = (self.companies[key][1] for key in own)
        return next((one for one in owners if one in _OWNERS[:2]), None)

    def below(self, account: int) -> set[int]:
        """All below it."""
        children = {child for child, parent in self.parents.items() if parent == account}
        return children.union(*map(self.below, children))


@st.composite
def houses(draw: st.DrawFn) -> Made:
    """Up to six accounts."""
    count = draw(st.integers(1, 6))
    keys = st.tuples(st.sampled_from(_SOURCES), st.sampled_from("123456"))
    of = st.tuples(st.integers(0, count - 1), st.sampled_from(_OWNERS))
    companies = draw(st.dictionaries(keys, of, max_size=8))
    linked = {account for account, _ in companies.values()}
    empty = [account for account in range(1, count) if account not in linked]
    merged = {one: draw(st.integers(0, one - 1)) for one in empty if draw(st.booleans())}
    alive = [account for account in range(1, count) if account not in merged]
    parents = {one: draw(st.integers(0, one - 1)) for one in alive if draw(st.booleans())}
    parents = {one: above for one, above in parents.items() if above not in merged}
    return Made(companies, merged, parents, count)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A transaction that nothing is kept of."""
    with sa.orm.Session(database.engine) as session:
        for source in _SOURCES:
            new = NewSource(name=f"s{source}", kind="amocrm", base_url="https://x.example")
            assert SourceStore(session).add(new, Access(sealed_token=""), NOW).id == source
        yield session
        session.rollback()


@settings(
    max_examples=rounds(150, everyday=15),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(houses())
def test_nobody_sees_what_is_somebody_elses(session: Session, made: Made) -> None:
    with session.begin_nested() as kept:
        ids = fill(session, made)
        anna, boris = seen_by(session, "anna"), seen_by(session, "boris")
        kept.rollback()
    for who, seen in (("anna", anna), ("boris", boris)):
        own = [number for number in range(made.accounts) if made.keeper(number) == who]
        assert seen["account"] == {ids[number] for number in own}
        assert seen["deal"] == {
            f"{source}-{key}" for (source, key), (of, _) in made.companies.items() if of in own
        }
        whole = {number for number in own if made.below(number) <= set(own)}
        assert seen["of a group"] == {ids[number] for number in whole}
        assert seen["parent"] == {
            ids[child] for child, above in made.parents.items() if child in own and above in whole
        }
    assert not anna["account"] & boris["account"]
    nobodys = {ids[number] for number in range(made.accounts) if made.keeper(number) is None}
    assert anna["account"] | boris["account"] | nobodys == set(ids)


def fill(session: Session, made: Made) -> Sequence[UUID]:
    """Write it down; the ids of its accounts."""
    ids = [UUID(int=number + 1) for number in range(made.accounts)]
    common = {"changed_at": NOW, "is_deleted": False}
    session.add_all(
        UserRow(
            source_id=source, external_id=f"{source}{name}", name=name, changed_at=NOW,
            email=f"{name.title()}@Example.org", is_active=True,
        )
        for source in _SOURCES for name in ("anna", "boris")
    )  # fmt: skip
    session.add_all(AccountRow(id=id_, name="A", is_active=True, changed_at=NOW) for id_ in ids)
    session.flush()
    for one, other in made.merged.items():
        session.get_one(AccountRow, ids[one]).merged_into = ids[other]
    for (source, key), (account, owner) in made.companies.items():
        owner_id = owner and f"{source}{owner}"
        session.add(CompanyRow(
            source_id=source, external_id=key, name="C", owner_external_id=owner_id,
            phones=[], emails=[], tags=[], custom={}, **common,
        ))  # fmt: skip
        session.add(DealRow(
            source_id=source, external_id=f"{source}-{key}", name="D", company_external_id=key,
            pipeline_external_id="1", stage_external_id="1", outcome=Outcome.OPEN, currency="RUB",
            contact_external_ids=[], tags=[], custom={}, items=[], **common,
        ))  # fmt: skip
        session.flush()
        session.add(LinkRow(source_id=source, company_external_id=key, account_id=ids[account]))
    session.add_all(
        SeriesRow(account_id=id_, of_group=True, grain="month", kpi="won_revenue", unit="RUB",
                  ons=[], known=[], reported=[], changed_at=NOW)
        for id_ in ids
    )  # fmt: skip
    session.flush()
    for child, above in made.parents.items():
        session.execute(
            sa.text("INSERT INTO account_parent (account_id, parent_id) VALUES (:child, :above)"),
            {"child": ids[child], "above": ids[above]},
        )
    return ids


def seen_by(session: Session, who: str) -> dict[str, set[UUID | str]]:
    """What one of them sees."""
    with session.begin_nested() as asking:
        Own((f"{who}@example.org",)).restrict(session)
        found = {
            what: set(session.scalars(sa.text(query)))
            for what, query in (
                ("account", "SELECT id FROM account"),
                ("deal", "SELECT external_id FROM deal"),
                ("of a group", "SELECT account_id FROM series"),
                ("parent", "SELECT account_id FROM account_parent"),
            )
        }
        asking.rollback()
    return found
