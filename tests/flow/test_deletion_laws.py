"""Whatever is deleted, restored, merged, listed stale and cut short: the store becomes the CRM."""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kam_sync.intake.step
from connectors import Noun
from kam_sync import deciding, flow
from kam_sync.base.db import Database
from kam_sync.intake import guard
from kam_sync.intake.model import Access, RunState
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services
from tests.conftest import rounds
from tests.fakes.connecting import ask
from tests.fakes.crashing import Died, DyingDatabase
from tests.fakes.memory_crm import AskableCrm, connected

_NOUNS = st.sampled_from([Noun.COMPANY, Noun.DEAL])
_IDS = st.sampled_from(["1", "2", "3", "4"])
_FLAGS = st.booleans()
_STEPS = st.one_of(
    st.tuples(st.just("put"), _NOUNS, _IDS, st.integers(0, 9)),
    st.tuples(st.just("remove"), _NOUNS, _IDS, _FLAGS),
    st.tuples(st.just("restore"), _NOUNS, _IDS, _FLAGS),
    st.tuples(st.just("merge"), _IDS, _IDS),
    st.tuples(st.just("hide"), _NOUNS, _IDS),
    st.tuples(st.just("sync"), _FLAGS),
    st.tuples(st.just("break"), _NOUNS, st.sampled_from([-1, 0, 1]), _FLAGS),
    st.tuples(st.just("die"), st.integers(0, 40), _FLAGS),
)
_LAW = settings(
    max_examples=rounds(12, everyday=3),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Story:
    """A CRM to which things happen, and the source that follows it."""

    def __init__(self, services: Services) -> None:
        self.crm = AskableCrm(page_size=1)
        self.crm.fill(Noun.COMPANY, 3, phones=("+7 912 000-00-01",))
        self.crm.fill(Noun.DEAL, 3, company="1")
        self.services, self.source_id = connected(services, self.crm)
        self._bin: dict[tuple[Noun, str], dict[str, Any]] = {}

    def put(self, noun: Noun, id_: str, amount: int) -> None:
        values = {"company": "1", "amount": amount} if noun is Noun.DEAL else {"name": str(amount)}
        self._bring_back(noun, id_)
        self.crm.put(noun, id_, **values)

    def remove(self, noun: Noun, id_: str, tell: bool) -> None:
        if id_ in self.crm.rows[noun]:
            self._throw_away(noun, id_)
            self.crm.remove(noun, id_, tell=tell)

    def restore(self, noun: Noun, id_: str, change: bool) -> None:
        if (noun, id_) in self._bin and id_ not in self.crm.rows[noun]:
            self.crm.rows[noun][id_] = self._bring_back(noun, id_)
            if change:
                self.crm.put(noun, id_)

    def merge(self, loser: str, survivor: str) -> None:
        if loser != survivor and {loser, survivor} <= self.crm.rows[Noun.COMPANY].keys():
            self._throw_away(Noun.COMPANY, loser)
            self.crm.merge(Noun.COMPANY, loser, survivor)

    def hide(self, noun: Noun, id_: str) -> None:
        self.crm.hidden.add((noun, id_))

    def sync(self, full: bool) -> flow.SyncResult:
        return flow.sync(self.services, self.source_id, full=full)

    def break_(self, noun: Noun, page: int, full: bool) -> None:
        self.crm.breaks_at = (noun, page)
        self.sync(full)
        self.crm.breaks_at = None

    def die(self, commits: int, full: bool) -> None:
        dying = cast("Database", DyingDatabase(self.services.database, commits))
        with suppress(Died):
            flow.sync(replace(self.services, database=dying), self.source_id, full=full)

    def tell(self, steps: list[tuple[Any, ...]]) -> None:
        for name, *values in steps:
            getattr(self, {"break": "break_"}.get(name, name))(*values)
            assert self.gone() <= self._bin.keys()  # who was never deleted is never gone

    def show_what_is_there(self) -> None:
        """Lists are right from now on, but still show as alive what we know to be gone."""
        self.crm.hidden.clear()
        gone = self.gone()
        for noun, rows in self.crm.stale.items():
            self.crm.stale[noun] = {k: row for k, row in rows.items() if (noun, k) in gone}

    def gone(self) -> set[tuple[Noun, str]]:
        query = "SELECT noun, external_id FROM raw_record WHERE source_id = :id"
        query += " AND gone_at IS NOT NULL"
        return {(Noun(noun), key) for noun, key in ask(self.services, query, id=self.source_id)}

    def store(self) -> dict[str, Any]:
        """The live companies and deals, as we have them."""
        return {
            "company": dict(self._rows("SELECT external_id, name FROM company")),
            "deal": {
                key: (company, amount)
                for key, company, amount in self._rows(
                    "SELECT external_id, company_external_id, amount FROM deal"
                )
            },
            "account": {
                row[0]
                for row in self._rows(
                    "SELECT c.external_id FROM company c JOIN account_link l USING (source_id)"
                    " JOIN account a ON a.id = l.account_id AND a.is_active",
                    "c.external_id = l.company_external_id AND NOT c.is_deleted",
                )
            },
        }

    def truth(self) -> dict[str, Any]:
        """The same as the CRM has it."""
        companies, deals = self.crm.rows[Noun.COMPANY], self.crm.rows[Noun.DEAL]
        return {
            "company": {key: row["name"] for key, row in companies.items()},
            "deal": {
                key: (row["company"], Decimal(row.get("amount", 100))) for key, row in deals.items()
            },
            "account": set(companies),
        }

    def _rows(self, query: str, which: str = "NOT is_deleted") -> list[tuple[Any, ...]]:
        return ask(self.services, f"{query} WHERE source_id = :id AND {which}", id=self.source_id)

    def _throw_away(self, noun: Noun, id_: str) -> None:
        """From now on lists may show the row as it was; whoever asks by id does not get it."""
        row = dict(self.crm.rows[noun][id_])
        self._bin[noun, id_] = row
        self.crm.stale.setdefault(noun, {})[id_] = row

    def _bring_back(self, noun: Noun, id_: str) -> dict[str, Any]:
        self.crm.stale.get(noun, {}).pop(id_, None)
        return dict(self._bin.get((noun, id_), {}))


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is stored by itself, so that there is much to be cut."""
    one_by_one = partial(kam_sync.intake.step.batches, size=1)
    monkeypatch.setattr(kam_sync.intake.step, "batches", one_by_one)


@pytest.mark.heavy
@given(steps=st.lists(_STEPS, max_size=12))
@_LAW
def test_after_one_full_sync_the_live_records_are_those_of_the_crm(
    services: Services, steps: list[tuple[Any, ...]]
) -> None:
    story = Story(services)
    with services.database.transaction() as session:
        access = Access(sealed_token="", options={"most_deleted_percent": "100"})
        SourceStore(session).change_access(story.source_id, base_url="http://a", access=access)
    story.tell(steps)
    story.show_what_is_there()
    assert story.sync(full=True).state is RunState.DONE
    assert story.store() == story.truth()


@pytest.mark.heavy
@given(steps=st.lists(_STEPS, max_size=12))
@_LAW
def test_what_is_held_deletes_nothing_until_it_is_approved(
    services: Services, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[Any, ...]]
) -> None:
    monkeypatch.setattr(guard, "FLOOR", 0)
    story = Story(services)
    story.tell(steps)
    assert story.gone() == set()
    story.show_what_is_there()
    story.sync(full=True)
    with services.database.transaction() as session:
        source = SourceStore(session).by_id(story.source_id)
        held = [(one.held.id, one.token) for one in deciding.waiting(session, source.id)]
        session.expunge_all()
    for held_id, seen in held:
        deciding.approve(story.services, source, held_id, seen, "Анна")
    story.sync(full=True)
    assert story.store() == story.truth()
