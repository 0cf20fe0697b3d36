"""A kind of CRM that is new to the registry is let in at the door, without OAuth and domains."""

import pytest

from connectors import registry
from kam_sync.base.errors import WrongUse
from kam_sync.wiring import Services


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._CLASSES, "memory", "tests.fakes.memory_crm:MemoryCrm")


def test_a_kind_without_oauth_is_at_home_where_an_admin_says(services: Services) -> None:
    assert services.admit("memory", "http://127.0.0.1:80") == "http://127.0.0.1:80"
    with pytest.raises(WrongUse, match="add its host to KAM_SYNC_CRM_HOSTS"):
        services.admit("memory", "https://crm.example.com")
    with pytest.raises(WrongUse, match="no access by OAuth"):
        services.grants("memory")


def test_a_kind_that_is_in_no_registry_is_refused_by_its_name(services: Services) -> None:
    with pytest.raises(WrongUse, match="kind nosuch: no such CRM; there are: .*amocrm.*memory"):
        services.admit("nosuch", "https://crm.example.com")
