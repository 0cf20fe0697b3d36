"""A merge in the CRM that is heard after the end of its loser still makes one of two."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.accounts.store import LeavingStore
from kam_sync.intake.model import Gone
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes.books import Book
from tests.fakes.connecting import ask

_RAW = """
    INSERT INTO raw_record (source_id, noun, external_id, body, digest, change_no, changed_at,
        gone_at, gone_why, merged_into)
    VALUES (:source, :noun, '2', '{}', '', 1, now(), now(), 'merged', '1')
"""


@pytest.mark.parametrize(
    ("noun", "kind", "ids"),
    [
        (Noun.COMPANY, gate.Company, "SELECT DISTINCT account_id FROM account_link"),
        (Noun.CONTACT, gate.Contact, "SELECT DISTINCT person_id FROM person_link"),
    ],
)
def test_it_is_one(
    services: Services, noun: Noun, kind: type[gate.Company | gate.Contact], ids: str
) -> None:
    book = Book(services)
    book.save(noun, kind("1", "Вера Ромашка"), kind("2", "Пётр Лютик", is_deleted=True))
    flow.match(services)
    assert len(ask(services, ids)) == 2
    with services.database.transaction() as session:
        session.execute(sa.text(_RAW), {"source": book.source_id, "noun": noun.value})
        leaving = LeavingStore(session, book.source_id)
        leaving.see_off(noun, {"2": Gone("merged", "1")}, NOW + timedelta(1))
    flow.match(services)
    assert len(ask(services, ids)) == 1
