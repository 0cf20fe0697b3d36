"""A sandbox shop that is connected, and a kit that never really waits."""

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from connectors.kit import pace as kit_pace
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.erasing import register_file
from kam_sync.intake.inbox import Post
from kam_sync.intake.model import Source
from kam_sync.intake.store import InboxStore
from kam_sync.wiring import Services
from tests.fakes.connecting import connect
from tests.fakes.memory_crm import connected
from tests.fakes.person_crm import NAME, PHONE, PersonCrm
from tests.fakes.person_shop import Shop, sync


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the kit would have waited."""
    waited: list[float] = []
    monkeypatch.setattr(kit_pace, "sleep", waited.append)
    return waited


SHOP = MadeUpWorld(size=5, deals=60, contacts=12, today=date(2026, 11, 1))
"""A small one: 5 companies, 12 contacts, 60 old deals and those of the running month."""


@pytest.fixture
def box(request: pytest.FixtureRequest) -> Iterator[AmoSandbox]:
    """The shop, with amoCRM's paid filter where a test says no other thing."""
    with AmoSandbox(SHOP, rate=0, api_filter=getattr(request, "param", "on")) as opened:
        yield opened


with_and_without_filter = pytest.mark.parametrize(
    "box", ["on", pytest.param("ignored", marks=pytest.mark.heavy)], indirect=True
)


@pytest.fixture
def source(services: Services, box: AmoSandbox) -> Source:
    """The shop, connected and not yet synced; its log is read from the beginning."""
    return connect(services, box, event_days="3650")


@pytest.fixture
def crm() -> PersonCrm:
    """A CRM in which one person is named everywhere."""
    return PersonCrm()


@pytest.fixture
def shop(services: Services, crm: PersonCrm) -> Shop:
    """The CRM, connected, and synced; a webhook of it was read, too."""
    register_file(services).unlink(missing_ok=True)
    opened, source_id = connected(services, crm)
    sync(opened, source_id)
    with services.database.transaction() as session:
        body = f"contact[name]={NAME}&phone={PHONE}".encode()
        InboxStore(session).keep([Post(source_id, {}, body)])
        session.execute(sa.text("UPDATE hook SET state = 'read'"))
    return opened, source_id
