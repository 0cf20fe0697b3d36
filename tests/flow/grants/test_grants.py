"""A grant by OAuth stays alive: renewed ahead, stored before use, and its end is told."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from connectors import NeedsReauth
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import connecting, flow, granting
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.intake.model import RunState, Source, SourceState
from kam_sync.intake.store import GrantStore, SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect, state
from tests.fakes.granting import TOKENS, after, held, renewals, sealed


def test_a_source_that_a_grant_opens_is_synced(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    assert flow.sync(services, source.id).state is RunState.DONE
    assert renewals(box) == 0


def test_a_grant_is_renewed_within_an_hour_of_its_end(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    before = held(services, source)
    flow.sync(after(services, hours=22.9), source.id)
    assert renewals(box) == 0
    assert flow.sync(after(services, hours=23.1), source.id).state is RunState.DONE
    assert renewals(box) == 1
    assert held(services, source) != before
    assert box.oauth.opens(held(services, source))


def test_a_token_that_dies_in_the_middle_of_a_sync_is_renewed_once(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/leads$", status=401))
    assert flow.sync(services, source.id).state is RunState.DONE
    assert renewals(box) == 1
    assert state(services, source) == (SourceState.ACTIVE, "")


def test_the_token_endpoint_may_be_away_as_long_as_the_token_lasts(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path=TOKENS, times=None, status=503))
    assert flow.sync(after(services, hours=23.5), source.id).state is RunState.DONE
    late = flow.sync(after(services, hours=24.5), source.id)
    assert late.state is RunState.LATER
    assert state(services, source) == (SourceState.ACTIVE, "")
    box.faults.clear()
    assert flow.sync(after(services, hours=24.7), source.id).state is RunState.DONE


def test_a_renewal_that_fails_in_a_sync_is_not_repeated_by_it(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.oauth.expire()
    box.faults.append(Fault(path=TOKENS, times=None, status=503))
    assert flow.sync(services, source.id).state is RunState.LATER
    assert renewals(box) == 3


def test_a_refusal_to_renew_needs_access_anew_and_is_not_asked_about_again(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.oauth.revoke()
    result = flow.sync(services, source.id)
    assert result.state is RunState.FAILED
    assert "a person has to allow kam_sync in amoCRM anew" in result.message
    assert state(services, source) == (SourceState.NEEDS_REAUTH, result.message)
    assert connecting.due(services) == []
    assert renewals(box) == 1
    later = after(services, days=30)
    later.granting.renew_due()
    assert flow.sync(later, source.id).state is RunState.FAILED
    assert renewals(box) == 1


def test_a_ban_needs_a_person_and_is_not_made_worse(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path=TOKENS, times=None, status=403, html=True))
    after(services, hours=23).granting.renew_due()
    found, reason = state(services, source)
    assert (found, "banned" in reason) == (SourceState.NEEDS_PERSON, True)
    after(services, hours=24).granting.renew_due()
    assert renewals(box) == 1


def test_a_new_consent_opens_the_source_again(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.oauth.revoke()
    flow.sync(services, source.id)
    app = granting.unseal_grant(services.cipher, sealed(services, source), box.url).app
    fresh = services.grants("amocrm").exchange(app, box.url, box.oauth.code())
    connecting.regrant(services, source.id, granting.Issued(app, fresh))
    assert state(services, source) == (SourceState.ACTIVE, "")
    assert flow.sync(services, source.id).state is RunState.DONE


def test_grants_of_active_and_paused_sources_are_renewed_in_time(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    services.granting.renew_due()
    assert renewals(box) == 0
    after(services, hours=22.5).granting.renew_due()
    assert renewals(box) == 1
    box.oauth.lifetime = 90 * 86_400  # only idleness makes it due
    after(services, hours=22.5).granting.renew_due()
    connecting.set_paused(services, source.name, paused=True)
    after(services, days=6).granting.renew_due()
    assert renewals(box) == 2
    after(services, days=9).granting.renew_due()
    assert renewals(box) == 3


def test_an_account_that_has_moved_is_followed_and_its_address_kept(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    new = box.oauth.rename()
    moved = flow.sync(services, source.id)
    assert (moved.state, f"http://{new}" in moved.message) == (RunState.LATER, True)
    assert flow.sync(services, source.id).state is RunState.DONE
    with services.database.transaction() as session:
        assert SourceStore(session).by_id(source.id).base_url == f"http://{new}"


def test_a_renewal_does_not_wait_for_a_transaction_that_holds_the_source(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    refused = held(services, source)
    with services.database.transaction() as session:
        SourceStore(session).write_alone(source.id)
        assert services.granting.renew(source.id, refused) == held(services, source)


def test_a_new_pair_is_stored_even_if_the_database_fails_at_first(
    services: Services, box: AmoSandbox, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(granting, "_WAITS", (0, 0, 0))
    real, failures = GrantStore.renew, [DatabaseTrouble("gone"), DatabaseTrouble("gone")]

    def failing(store: GrantStore, *given: object) -> None:
        if failures:
            raise failures.pop()
        real(store, *given)

    monkeypatch.setattr(GrantStore, "renew", failing)
    token = services.granting.renew(source.id, held(services, source))
    assert box.oauth.opens(token)
    assert held(services, source) == token


def test_options_may_be_changed_and_the_key_rotated_without_losing_the_grant(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    connecting.change(services, source.name, options={"currency": "EUR"})
    assert flow.sync(services, source.id).state is RunState.DONE
    assert renewals(box) == 0


def test_a_plain_token_takes_the_place_of_a_grant(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    connecting.change(services, source.name, token=box.oauth.long_lived(40 * 86_400))
    assert ask(services, "SELECT count(*) FROM source_grant") == [(0,)]
    assert flow.sync(services, source.id).state is RunState.DONE
    with services.database.transaction() as session:
        found = SourceStore(session).by_id(source.id)
        now = services.now()
        assert not found.is_token_ending(now)
        assert found.is_token_ending(now + timedelta(days=11))


def test_the_refusal_of_a_long_lived_token_is_final(services: Services, box: AmoSandbox) -> None:
    source = connect(services, box, name="plain")
    box.token = "another"
    box.requests.clear()
    flow.sync(services, source.id)
    assert len(box.requests) == 1
    assert state(services, source)[0] is SourceState.NEEDS_REAUTH


def test_a_grant_lives_in_no_log_line(services: Services, box: AmoSandbox, source: Source) -> None:
    before = held(services, source)
    with capture_logs() as logged:
        services.granting.renew(source.id, before)
        box.oauth.revoke()
        with pytest.raises(NeedsReauth):
            services.granting.renew(source.id, held(services, source))
    printed = repr(logged)
    assert "grant renewed" in printed
    for secret in (before, held(services, source), box.oauth.app.client_secret):
        assert secret not in printed
