"""A store with two customers, and the views of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync.open_data.keeping import keep_views
from kam_sync.open_data.store import ReaderStore
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal

PASSWORD = "a long password of nobody"


@pytest.fixture
def book(services: Services) -> Book:
    """A source with a won, a lost, an open and a deleted deal, a contact and a payment."""
    assert keep_views(services.database, services.zone)
    book = Book(services)
    book.deals(
        deal("1", opened="2026-08-31 22:30:00", won="2026-09-20", amount=100),
        deal("2", opened="2026-10-02", lost="2026-10-05", amount=30),
        deal("3", opened="2026-10-03", amount=None),
    )
    book.save(Noun.CONTACT, gate.Contact("7", "Анна Петрова", "1", phones=("+79990000000",)))
    book.save(
        Noun.PAYMENT,
        gate.Payment(
            external_id="p1", company_external_id="1", paid_on=date(2026, 10, 1),
            amount=Decimal("99.99"), currency="RUB",
        ),
    )  # fmt: skip
    return book


@contextmanager
def reading(
    services: Services, name: str = "tests_reader", *, is_personal: bool = False
) -> Iterator[sa.Engine]:
    """Connections as a role that reads open data, which is gone after."""
    with services.database.transaction() as session:
        ReaderStore(session).create(name, PASSWORD, is_personal=is_personal)
    engine = sa.create_engine(services.database.url.set(username=name, password=PASSWORD))
    try:
        yield engine
    finally:
        engine.dispose()
        with services.database.transaction() as session:
            ReaderStore(session).revoke(name)
