"""amoCRM tells that somebody there has switched us off."""

from collections.abc import Iterator
from datetime import date

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.intake.model import Source, SourceState
from kam_sync.wiring import Services
from tests.fakes.connecting import connect_by_oauth, state


@pytest.fixture
def box() -> Iterator[AmoSandbox]:
    world = MadeUpWorld(size=1, deals=1, contacts=1, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as running:
        yield running


@pytest.fixture
def source(services: Services, box: AmoSandbox) -> Source:
    return connect_by_oauth(services, box, "sales")


def test_being_switched_off_in_amocrm_is_believed_when_it_is_signed(
    client, services: Services, box: AmoSandbox, source: Source
) -> None:
    notice = box.oauth.disconnect_notice()
    forged = client.get("/oauth/amocrm/disconnect", params=notice | {"signature": "0" * 64})
    assert forged.status_code == 403
    assert state(services, source)[0] is SourceState.ACTIVE

    renamed = {"client_id" if key == "client_uuid" else key: told for key, told in notice.items()}
    assert client.get("/oauth/amocrm/disconnect", params=renamed).status_code == 200
    found, reason = state(services, source)
    assert found is SourceState.NEEDS_REAUTH
    assert "switched off in the CRM" in reason
