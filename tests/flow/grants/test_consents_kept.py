"""A code is good once, so what it was worth is stored before it is used."""

from datetime import timedelta

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import consenting, flow, removing
from kam_sync.consenting import Wish
from kam_sync.granting import unseal_grant
from kam_sync.intake.grant import Consent, ConsentState
from kam_sync.intake.model import RunState, Source
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.granting import TOKENS, after, sealed


@pytest.fixture
def consent(services: Services, box: AmoSandbox, source: Source) -> Consent:
    """A code of the same account was exchanged; whoever did it was killed right after it."""
    app = unseal_grant(services.cipher, sealed(services, source), box.url).app
    removing.remove(services, source.name)
    box.requests.clear()
    wish = Wish("anew", "amocrm", box.url, app, {"per_second": "0"})
    return consenting.redeem(services, wish, box.oauth.code())


def asked(box: AmoSandbox) -> list[str]:
    return [seen.path for seen in box.requests]


def test_the_pair_is_stored_before_anything_else_is_asked(
    services: Services, box: AmoSandbox, consent: Consent
) -> None:
    assert asked(box) == [TOKENS]
    assert (consent.state, consent.sealed_grant != "") == (ConsentState.KEPT, True)
    assert consenting.settle(services, consent.digest).state is ConsentState.DONE
    assert asked(box).count(TOKENS) == 1
    (source_id,) = ask(services, "SELECT id FROM source WHERE name = 'anew'")[0]
    assert flow.sync(services, source_id).state is RunState.DONE


def test_a_crm_that_is_away_costs_no_code(
    services: Services, box: AmoSandbox, consent: Consent
) -> None:
    box.faults.append(Fault(path="/api/v4/account", times=None, status=503))
    waiting = consenting.settle(services, consent.digest)
    assert (waiting.state, "the CRM fails (503)" in waiting.message) == (ConsentState.KEPT, True)
    box.faults.clear()
    done = consenting.settle(services, consent.digest)
    assert (done.state, done.message, done.sealed_grant) == (ConsentState.DONE, "", "")
    assert asked(box).count(TOKENS) == 1


def test_what_cannot_open_the_source_is_forgotten(
    services: Services, box: AmoSandbox, consent: Consent
) -> None:
    box.oauth.revoke()
    failed = consenting.settle(services, consent.digest)
    assert (failed.state, failed.sealed_grant) == (ConsentState.FAILED, "")
    assert "refused (401)" in failed.message


def test_it_is_used_by_one_process_at_a_time_and_for_twenty_minutes(
    services: Services, box: AmoSandbox, consent: Consent
) -> None:
    with services.database.alone(f"consent {consent.digest}"):
        assert consenting.settle(services, consent.digest).state is ConsentState.KEPT
    late = after(services, minutes=21)
    assert consenting.settle(late, consent.digest).state is ConsentState.KEPT
    assert asked(box) == [TOKENS]


def test_a_source_that_needs_access_is_opened_by_it(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.oauth.revoke()
    flow.sync(services, source.id)
    wish = consenting.wish_anew(services, source.name)
    consent = consenting.redeem(services, wish, box.oauth.code())
    box.faults.append(Fault(path="/api/v4/account", status=402))
    assert consenting.settle(services, consent.digest).state is ConsentState.KEPT
    assert consenting.settle(services, consent.digest).state is ConsentState.DONE
    with services.database.transaction() as session:
        assert SourceStore(session).by_id(source.id).state == "active"
    assert consent.until - services.now() > timedelta(minutes=19)
