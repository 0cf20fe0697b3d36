"""All secrets are sealed anew with another key, whoever is at work meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from connectors import Grant, OAuthApp
from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import flow, resealing
from kam_sync.base.db.sealed import sealed_texts
from kam_sync.base.secrets import Cipher, SealedBy
from kam_sync.base.settings import Locale
from kam_sync.intake.grant import Consent
from kam_sync.intake.model import RunState, Source
from kam_sync.intake.store import ConsentStore, HookKeyStore, SubscriptionStore
from kam_sync.notify.store import ChannelStore, TargetStore
from kam_sync.wiring import Services
from tests.fakes.connecting import connect_by_oauth
from tests.fakes.granting import held

OLD, NEW = "the key of before, long enough", "the key from now on, long enough"


@pytest.fixture
def before(services: Services) -> Services:
    return replace(services, cipher=Cipher([OLD]))


@pytest.fixture
def both(services: Services) -> Services:
    return replace(services, cipher=Cipher([NEW, OLD]))


@pytest.fixture
def source(before: Services, box: AmoSandbox) -> Source:
    return connect_by_oauth(before, box)


def test_every_sealed_column_is_in_the_list() -> None:
    listed = {(of.table, name) for of in resealing.SEALED for name in (*of.columns, *of.lists)}
    tables = SQLModel.metadata.tables.values()
    assert listed == {
        (table.name, column.name)
        for table in tables
        for column in table.columns
        if "sealed" in column.name
    }
    keys = {table.name: [column.name for column in table.primary_key] for table in tables}
    assert all(keys[of.table] == [of.key] for of in resealing.SEALED)


def opened(services: Services) -> dict[str, list[str]]:
    with services.database.transaction() as session:
        return {
            of.table: sorted(map(services.cipher.unlock, sealed_texts(session, of)))
            for of in resealing.SEALED
        }


def fill(before: Services, source: Source) -> None:
    """Something sealed in every column."""
    lock, now = before.cipher.lock, before.now()
    with before.database.transaction() as session:
        for at in range(60):  # more than a batch
            HookKeyStore(session).add(source.id, f"digest {at:02}", lock(f"key {at:02}"), now)
        store = SubscriptionStore(session)
        store.begin(source.id, now)
        store.note(source.id, sealed_address=lock("at"), sealed_leftovers=[lock("a"), lock("b")])
        targets = TargetStore(session)
        target = targets.add("bridge", "https://example.com", [], lock("first"), now)
        targets.rotate(target.id, lock("second"), now)
        ChannelStore(session).add("chat", (lock("tgram://1"), "tgram"), Locale.RU, "", now)
        consent = Consent(
            digest="state", kind="amocrm", name="new", base_url="", sealed_app=lock("app"),
            sealed_grant=lock("grant"), until=now + timedelta(hours=1),
        )  # fmt: skip
        ConsentStore(session).add(consent)
        sealed = {"key": lock("of erasures")}
        session.execute(sa.text("INSERT INTO erasure_key VALUES (1, :key)"), sealed)


def test_all_are_opened_by_the_new_key_alone_afterwards(
    before: Services, both: Services, source: Source
) -> None:
    fill(before, source)
    secrets = opened(before)
    assert all(secrets.values())
    found = resealing.standing(both)
    assert found.count(SealedBy.FORMER) == found.total > 70

    ended = resealing.rotate(both)
    assert ended.sealed_anew.total() == found.total == ended.count(SealedBy.CURRENT)
    assert ended.can_drop_former
    assert opened(replace(both, cipher=Cipher([NEW]))) == secrets
    assert not resealing.rotate(both).sealed_anew


def test_what_no_key_opens_is_counted_and_left_as_it_is(
    both: Services, before: Services, source: Source
) -> None:
    strange = Cipher(["a key that is lost, long enough"]).lock("key")
    with both.database.transaction() as session:
        HookKeyStore(session).add(source.id, "digest", strange, both.now())
    ended = resealing.rotate(both)
    assert (ended.count(SealedBy.NONE), ended.count(SealedBy.FORMER)) == (1, 0)
    with both.database.transaction() as session:
        assert session.scalar(sa.text("SELECT sealed_key FROM hook_key")) == strange


class Slow:
    """Grants of a CRM that answers only when secrets have been sealed anew meanwhile."""

    def __init__(self, services: Services, asked: Event, done: Event) -> None:
        self._real = services.grants("amocrm")
        self._asked, self._done = asked, done
        self.hosts = self._real.hosts

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:
        fresh = self._real.refresh(app, grant)
        self._asked.set()
        assert self._done.wait(30)
        return fresh


@pytest.mark.parametrize("keys", [(NEW, OLD), (OLD,)], ids=["both keys", "not restarted"])
def test_a_grant_that_is_renewed_at_the_same_moment_is_not_lost(
    both: Services, source: Source, keys: tuple[str, ...]
) -> None:
    asked, done = Event(), Event()
    slow = Slow(both, asked, done)
    granting = replace(both.granting, cipher=Cipher(keys), grants=lambda *_: slow)
    refused = held(both, source)
    with ThreadPoolExecutor(1) as pool:
        renewal = pool.submit(granting.renew, source.id, refused)
        assert asked.wait(30)
        resealing.rotate(both)
        done.set()
        token = renewal.result(30)
    assert held(both, source) == token != refused
    resealing.rotate(both)
    alone = replace(both, cipher=Cipher([NEW]))
    assert held(alone, source) == token
    assert flow.sync(alone, source.id).state is RunState.DONE


def test_work_that_was_cut_short_goes_on(
    before: Services, both: Services, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(before, source)
    secrets = opened(before)
    real, left = resealing.change_sealed, iter(range(3))

    def until_it_stops(*given: Any) -> object:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(resealing, "change_sealed", until_it_stops)
    with pytest.raises(KeyboardInterrupt):
        resealing.rotate(both)
    monkeypatch.undo()
    between = resealing.standing(both)
    assert between.count(SealedBy.CURRENT)
    assert between.count(SealedBy.FORMER)
    assert resealing.rotate(both).count(SealedBy.CURRENT) == between.total
    assert opened(both) == secrets
