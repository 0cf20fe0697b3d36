"""Who asks for tokens, or for the first time, is as silent as everybody when a CRM asks for it."""

import pytest

from connectors import NeedsPerson, RetryLater
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import connecting, consenting, flow
from kam_sync.base.errors import CrmTrouble
from kam_sync.consenting import Wish
from kam_sync.granting import unseal_grant
from kam_sync.intake.grant import ConsentState
from kam_sync.intake.model import NewSource, RunState, Source
from kam_sync.wiring import Services
from tests.fakes.granting import TOKENS, after, held, renewals, sealed


def banned(services: Services, key: str) -> None:
    """As another process leaves it that a ban has hit."""
    services.turns(key)(6).hold(600, "the CRM has banned this address")


def test_nobody_renews_while_the_account_has_banned_us(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    refused = held(services, source)
    banned(services, "amocrm 30000001")
    with pytest.raises(RetryLater, match="nobody may ask"):
        services.granting.renew(source.id, refused)
    after(services, hours=23).granting.renew_due()
    assert renewals(box) == 0
    assert held(services, source) == refused


def test_a_ban_at_the_token_endpoint_silences_everybody(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path=TOKENS, status=403, html=True))
    with pytest.raises(NeedsPerson, match="banned"):
        services.granting.renew(source.id, held(services, source))
    connecting.change(services, source.name, options={"per_second": "6"})
    box.requests.clear()
    result = flow.sync(services, source.id)
    assert (result.state, "nobody may ask" in result.message) == (RunState.LATER, True)
    assert len(box.requests) == 0


def test_no_code_is_exchanged_while_the_host_has_banned_us(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    app = unseal_grant(services.cipher, sealed(services, source), box.url).app
    box.requests.clear()
    banned(services, f"amocrm {box.host}")
    banned(services, "amocrm 30000001")
    for wish in (Wish("new", "amocrm", box.url, app), consenting.wish_anew(services, source.name)):
        consent = consenting.redeem(services, wish, box.oauth.code())
        assert (consent.state, "nobody may ask" in consent.message) == (ConsentState.FAILED, True)
    assert len(box.requests) == 0


def test_a_new_source_asks_nothing_while_the_host_has_banned_us(
    services: Services, box: AmoSandbox
) -> None:
    banned(services, f"amocrm {box.host}")
    new = NewSource(name="new", kind="amocrm", base_url=box.url)
    with pytest.raises(CrmTrouble, match="nobody may ask"):
        connecting.add(services, new, box.token, {})
    assert len(box.requests) == 0
