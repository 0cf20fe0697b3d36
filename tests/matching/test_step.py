"""Many companies at once are matched as one by one."""

from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.matching_world import companies
from connectors import Noun
from kam_sync import flow
from kam_sync.matching import step
from kam_sync.matching.store import keys
from kam_sync.wiring import Services
from tests.fakes.books import Book


def _pairs(services: Services) -> list[Any]:
    with services.database.transaction() as session:
        return list(session.execute(sa.text("SELECT * FROM match_pair ORDER BY 1, 2, 3, 4")))


def test_many_at_once_are_compared_as_few(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    Book(services).save(Noun.COMPANY, *(company for _, company in companies(60)))
    flow.match(services)
    few = _pairs(services)
    assert len(few) > 10
    monkeypatch.setattr(step, "MANY", 0)
    monkeypatch.setattr(keys, "MANY", 0)
    flow.match(services, anew=True)
    assert _pairs(services) == few
