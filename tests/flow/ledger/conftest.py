"""A shop of five deals, synced once, whose CRM can change without a word."""

import pytest

from kam_sync.wiring import Services
from tests.fakes.ledger_crm import LedgerCrm, Shop, opened, shop_of_deals


@pytest.fixture
def crm() -> LedgerCrm:
    return shop_of_deals()


@pytest.fixture
def shop(services: Services, crm: LedgerCrm) -> Shop:
    return opened(services, crm)
