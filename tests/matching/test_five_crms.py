"""One world as five CRMs know it: what is joined by itself is right, and little is missed."""

from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from itertools import combinations

import pytest
import sqlalchemy as sa

from connectors.sandbox.served import found
from connectors.sandbox.spelling import SpeltWorld, whose
from kam_sync import flow
from kam_sync.cli.demo_crms import connect
from kam_sync.wiring import Services

_SIZE = 60
_KINDS = ("amocrm", "bitrix24", "megaplan", "sbercrm", "1c")


def test_scratch(services: Services) -> None:
    sources = {}
    with ExitStack() as stack:
        for kind in _KINDS:
            served = found()[kind]
            parser = ArgumentParser()
            served.add_options(parser)
            chosen = parser.parse_args([])
            chosen.token, chosen.rate, chosen.port = None, 0.0, 0
            world = SpeltWorld(kind, seed=7, size=_SIZE, contacts=0, deals=_SIZE)
            box = stack.enter_context(served.open(world, chosen))
            told = {"kind": kind, "url": box.url, **box.announced()}
            sources[connect(services, told)] = kind
        for source in sources:
            print(flow.sync(services, source).state)
    print(flow.match(services))
    with services.database.transaction() as session:
        for row in session.execute(sa.text("select source_id, external_id, name, inn, kpp, phones, emails, website from company order by 2 limit 400")).all():
            print(sources[row[0]], *row[1:])
