"""amoCRM tells that somebody there has switched us off."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting, consenting, flow
from kam_sync.intake.model import Access, NewSource, RunState, Source, SourceState
from kam_sync.intake.store import GrantStore, SourceStore
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


def tell(client: Any, notice: dict[str, str]) -> int:
    return client.get("/oauth/amocrm/disconnect", params=notice).status_code


def test_being_switched_off_in_amocrm_is_believed_when_it_is_signed_and_true(
    client: Any, services: Services, box: AmoSandbox, source: Source
) -> None:
    notice = box.oauth.disconnect_notice()
    box.oauth.revoke()
    box.requests.clear()
    assert tell(client, notice | {"signature": "0" * 64}) == 403
    assert len(box.requests) == 0
    assert state(services, source) == (SourceState.ACTIVE, "")

    renamed = {"client_id" if key == "client_uuid" else key: told for key, told in notice.items()}
    assert tell(client, renamed) == 200
    found, reason = state(services, source)
    assert found is SourceState.NEEDS_REAUTH
    assert "switched off in the CRM" in reason


def test_a_notice_that_is_told_once_more_stops_nothing(
    client: Any, services: Services, box: AmoSandbox, source: Source
) -> None:
    box.requests.clear()
    assert tell(client, box.oauth.disconnect_notice()) == 200
    assert box.requests[0].path == "/api/v4/account"
    assert state(services, source) == (SourceState.ACTIVE, "")


def test_where_the_crm_does_not_say_the_next_sync_finds_out(
    client: Any, services: Services, box: AmoSandbox, source: Source
) -> None:
    notice = box.oauth.disconnect_notice()
    box.oauth.revoke()
    box.faults.append(Fault(path="/api/v4/account", status=402))
    assert tell(client, notice) == 200
    assert state(services, source) == (SourceState.ACTIVE, "")
    assert flow.sync(services, source.id).state is RunState.FAILED
    assert state(services, source)[0] is SourceState.NEEDS_REAUTH


def test_trouble_of_one_source_does_not_keep_a_notice_from_another(
    client: Any, services: Services, box: AmoSandbox, source: Source
) -> None:
    stranger = add_with_secrets_of_another_key(services, "another", source.id)
    notice = box.oauth.disconnect_notice()
    box.oauth.revoke()
    assert tell(client, notice) == 200
    assert state(services, source)[0] is SourceState.NEEDS_REAUTH

    connecting.set_paused(services, source.name, paused=False)
    gone = stranger + 1
    consenting.ask_whether_let_in(services, [gone, stranger, source.id])
    assert state(services, source)[0] is SourceState.NEEDS_REAUTH


def add_with_secrets_of_another_key(services: Services, name: str, like: int) -> int:
    """A source opened by a grant that cannot be unlocked."""
    new = NewSource(name=name, kind="amocrm", base_url="http://127.0.0.1:9")
    with services.database.transaction() as session:
        known = GrantStore(session).of(like)
        assert known is not None
        access = Access(sealed_token="of another key")
        source_id = SourceStore(session).add(new, access, services.now()).id
        sealed = {"sealed_app": "of another key", "sealed_access": "of another key"}
        GrantStore(session).keep(source_id, known.model_copy(update=sealed))
        return source_id
