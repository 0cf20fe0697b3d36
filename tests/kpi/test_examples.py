"""The worked example of each KPI comes out, to the last figure."""

import pytest

from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store.examples import example
from kam_sync.wiring import Services


@pytest.mark.parametrize("key", KPIS)
def test_the_worked_example_comes_out(services: Services, key: str) -> None:
    kpi = KPIS[key]
    with services.database.transaction() as session:
        found = example(session, kpi, services.zone)
        session.rollback()
    assert {on: found.get(on) for on in kpi.example.values} == kpi.example.values
