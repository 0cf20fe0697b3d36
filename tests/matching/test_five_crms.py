"""One world as five CRMs know it: what is joined by itself is right, and little is missed."""

from argparse import ArgumentParser
from contextlib import ExitStack
from itertools import combinations
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.kit import pace
from connectors.sandbox.served import found
from connectors.sandbox.spelling import SpeltWorld, whose
from kam_sync import flow
from kam_sync.cli.demo_crms import connect
from kam_sync.wiring import Services

_SIZE = 40
_KINDS = ("amocrm", "bitrix24", "megaplan", "sbercrm", "1c")

Key = tuple[int, str]
Pairs = set[tuple[Key, Key]]

_JOINED = """
    SELECT one.source_id, one.company_external_id, other.source_id, other.company_external_id
    FROM account_link one JOIN account_link other USING (account_id)
    WHERE (one.source_id, one.company_external_id) < (other.source_id, other.company_external_id)
"""
_ASKED = """
    SELECT one_source_id, one_id, other_source_id, other_id FROM match_pair
    WHERE answer IN ('ask', 'twice') OR is_doubtful
"""


@pytest.fixture
def who(services: Services, monkeypatch: pytest.MonkeyPatch) -> dict[Key, tuple[int, int]]:
    """Of each company of five CRMs that were synced, who it is."""
    monkeypatch.setattr(pace, "sleep", lambda _seconds: None)  # the sandboxes have no limit
    sources = []
    with ExitStack() as stack:
        for kind in _KINDS:
            box = stack.enter_context(_sandbox(kind))
            source = connect(services, {"kind": kind, "url": box.url, **box.announced()})
            sources.append(source)
            flow.sync(services, source)
    query = "SELECT source_id, external_id FROM company"
    with services.database.transaction() as session:
        companies = session.execute(sa.text(query)).all()
    assert {source for source, _ in companies} == set(sources)
    return {(source, key): whose(_number(key)) for source, key in companies}


@pytest.mark.heavy
def test_five_crms_are_joined_without_a_mistake_and_the_rest_is_asked(
    services: Services, who: dict[Key, tuple[int, int]]
) -> None:
    flow.match(services)
    true = {pair for pair in combinations(sorted(who), 2) if who[pair[0]] == who[pair[1]]}
    joined, asked = _pairs(services, _JOINED), _pairs(services, _ASKED)
    assert len(true) == _SIZE * 10
    assert joined - true == set()
    assert len(joined) >= 0.8 * len(true)
    assert len((joined | asked) & true) >= 0.95 * len(true)


def _pairs(services: Services, query: str) -> Pairs:
    with services.database.transaction() as session:
        return {((a, b), (c, d)) for a, b, c, d in session.execute(sa.text(query))}


def _number(key: str) -> int:
    return int(key.partition("-")[0], 16) if "-" in key else int(key)


def _sandbox(kind: str) -> Any:
    served, parser = found()[kind], ArgumentParser()
    served.add_options(parser)
    chosen = parser.parse_args([])
    chosen.token, chosen.rate, chosen.port = None, 0.0, 0
    world = SpeltWorld(kind, seed=7, size=_SIZE, contacts=0, deals=_SIZE)
    return served.open(world, chosen)
