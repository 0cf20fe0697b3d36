"""A grant by OAuth outlives what goes wrong around it: lost locks, servers, bills, settings."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import TimeoutError as PoolTimeout

from connectors import Grant, OAuthApp
from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import connecting, flow, granting
from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import RunState, Source, SourceState
from kam_sync.intake.store import GrantStore, SourceStore
from kam_sync.wiring import Services
from tests.base.test_locks import cut_off
from tests.fakes.connecting import ask, connect, state
from tests.fakes.granting import after, held, renewals, sealed


@pytest.mark.parametrize("what", ["read-only", "no connection left"])
def test_a_new_pair_is_stored_when_the_server_takes_writes_again(
    services: Services, box: AmoSandbox, source: Source, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(granting, "_WAITS", (0, 0))
    real, failures = GrantStore.renew, [what]

    def failing(store: GrantStore, *given: object) -> None:
        failure = failures.pop() if failures else ""
        if failure == "read-only":
            store._session.execute(sa.text("SET TRANSACTION READ ONLY"))
        elif failure:
            raise PoolTimeout("QueuePool limit of size 10 overflow 20 reached")
        real(store, *given)

    monkeypatch.setattr(GrantStore, "renew", failing)
    token = services.granting.renew(source.id, held(services, source))
    assert held(services, source) == token


class Overtaken:
    """Grants of a process that lost its lock while it asked: another one asks and stores first."""

    def __init__(self, services: Services, source: Source) -> None:
        self._services = services
        self._source = source
        self.hosts = services.grants("amocrm").hosts

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:
        grants, cipher = self._services.grants("amocrm"), self._services.cipher
        fresh = granting.Issued(app, grants.refresh(app, grant))
        stored = granting.seal_grant(cipher, fresh, self._services.now())
        with self._services.database.transaction() as session:
            GrantStore(session).keep(self._source.id, stored)
        return grants.refresh(app, grant)


class CutOff:
    """Grants of a process that loses its lock, with its connection, while it asks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.hosts = services.grants("amocrm").hosts

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:
        fresh = self._services.grants("amocrm").refresh(app, grant)
        cut_off(self._services.database)
        return fresh


def test_a_new_pair_is_kept_though_the_lock_was_lost_while_the_crm_was_asked(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    before = held(services, source)
    unlucky = replace(services.granting, grants=lambda *_: CutOff(services))
    token = unlucky.renew(source.id, before)
    assert token == held(services, source) != before
    assert flow.sync(services, source.id).state is RunState.DONE


def test_a_refusal_of_the_old_pair_leaves_the_new_one_of_another_process_alone(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    before = held(services, source)
    slow = replace(services.granting, grants=lambda *_: Overtaken(services, source))
    token = slow.renew(source.id, before)
    assert token == held(services, source) != before
    assert flow.sync(services, source.id).state is RunState.DONE


def test_a_grant_that_cannot_be_read_does_not_keep_the_others_from_being_renewed(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    before, other = sealed(services, source), connect(services, box, name="aaa", unchecked=True)
    with services.database.transaction() as session:
        GrantStore(session).keep(other.id, before)
    ask(services, "UPDATE source_grant SET sealed_app = 'x', refreshed_at = '2020-01-01' "
        "WHERE source_id = :id RETURNING 1", id=source.id)  # fmt: skip
    after(services, hours=23).granting.renew_due()
    assert renewals(box) == 1
    assert ask(services, "SELECT source_id FROM source_grant WHERE sealed_refresh = :old",
               old=before.sealed_refresh) == [(source.id,)]  # fmt: skip


def test_a_grant_is_kept_alive_while_a_bill_is_not_paid(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    with services.database.transaction() as session:
        SourceStore(session).set_state(source.id, SourceState.NEEDS_PERSON, "not paid")
    after(services, hours=23).granting.renew_due()
    assert renewals(box) == 0
    after(services, days=8).granting.renew_due()
    assert renewals(box) == 1
    assert state(services, source) == (SourceState.NEEDS_PERSON, "not paid")


def test_an_option_does_not_open_a_source_that_the_crm_refuses(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.oauth.revoke()
    flow.sync(services, source.id)
    before = ask(services, "SELECT * FROM source_grant")
    connecting.change(services, source.name, options={"currency": "EUR"})
    assert ask(services, "SELECT * FROM source_grant") == before
    assert state(services, source)[0] is SourceState.NEEDS_REAUTH


def test_a_source_is_moved_to_no_foreign_host(services: Services, source: Source) -> None:
    with pytest.raises(WrongUse, match="KAM_SYNC_CRM_HOSTS"):
        connecting.move(services, source.name, "https://evil.example", "a-token")
    assert ask(services, "SELECT count(*) FROM source_grant") == [(1,)]
