"""The worked example of each KPI comes out, to the last figure."""

import pytest

from kam_sync.kpi.proving import prove
from kam_sync.kpi.registry import OURS
from kam_sync.wiring import Services


@pytest.mark.parametrize("key", OURS)
def test_the_worked_example_comes_out(services: Services, key: str) -> None:
    with services.database.transaction() as session:
        prove(session, OURS[key], f"{key}.yaml", services.zone)
        session.rollback()
