"""A CRM with two companies and two deals, and a receiver that hears of its changes."""

from collections.abc import Iterator

import pytest

from connectors import Noun
from kam_sync.wiring import Services
from tests.fakes.listener import Listener
from tests.fakes.memory_crm import AskableCrm
from tests.fakes.telling import Told, told


@pytest.fixture
def crm() -> AskableCrm:
    """Two companies, and a deal of each."""
    crm = AskableCrm()
    crm.put(Noun.COMPANY, "1", name="Ромашка", phones=["+7 912 000-00-05"])
    crm.put(Noun.COMPANY, "2", name="Лютик")
    crm.put(Noun.DEAL, "1", company="1")
    crm.put(Noun.DEAL, "2", company="2")
    return crm


@pytest.fixture
def ear() -> Iterator[Listener]:
    """A receiver that takes everything."""
    with Listener() as ear:
        yield ear


@pytest.fixture
def told_shop(services: Services, crm: AskableCrm, ear: Listener) -> Told:
    """All of it together; a target that wants everything."""
    return told(services, crm, ear)
