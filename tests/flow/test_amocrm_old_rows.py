"""Rows that an import dates back: no watermark sees them, a whole reading does."""

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import flow
from kam_sync.intake.model import Source
from kam_sync.wiring import Services
from tests.fakes.connecting import ask

_DEAL = "SELECT name FROM deal WHERE source_id = :id AND external_id = '5999999'"


@pytest.mark.heavy
def test_a_deal_imported_with_an_old_date_comes_with_a_full_sync(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.sync(services, source.id)
    old = box.row("leads", box.ids("leads")[0])
    box.put("leads", old | {"id": 5_999_999, "name": "Из таблицы", "updated_at": 1_500_000_000})
    flow.sync(services, source.id)
    assert ask(services, _DEAL, id=source.id) == []
    flow.sync(services, source.id, full=True)
    assert ask(services, _DEAL, id=source.id) == [("Из таблицы",)]
