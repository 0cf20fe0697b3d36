"""`kam-sync source fields|map`."""

from pathlib import Path

import pytest

from connectors import Field, Noun
from kam_sync import connecting
from kam_sync.base.settings import read_settings
from kam_sync.wiring import Services, open_services
from tests.commands import Command
from tests.fakes.books import Book


@pytest.fixture
def shop(services: Services, kam_sync: Command, tmp_path: Path) -> Book:
    """A source with two custom fields of companies."""
    book = Book(services)
    book.save(
        Noun.FIELD,
        Field("company/1", Noun.COMPANY, "ИНН", "text"),
        Field("company/2", Noun.COMPANY, "Группа [b]", "choice", options=("A", "B")),
    )
    return book


def test_the_map_stands_beside_all_fields(kam_sync: Command, shop: Book) -> None:
    said = kam_sync("source", "fields", "shop")

    assert said.code == 0
    assert "Field map of shop (guessed)" in said.err
    assert "may be company/1 (ИНН): its name says so" in said.err
    assert "company/2" in said.out
    assert "Группа [b]" in said.out


def test_a_target_is_set_and_taken_away(kam_sync: Command, shop: Book) -> None:
    assert kam_sync("source", "map", "shop", "company.segment=company/2", "company.inn=").code == 0
    document = kam_sync("source", "fields", "shop", "--json").document
    assert document["map"] == {"company.segment": "company/2"}
    assert document["is_confirmed"] is False
    assert set(document["confirmed"]) == {"company.inn", "company.segment"}
    assert document["offers"] == {"company.inn": "company/1"}

    assert kam_sync("source", "map", "shop", "company.segment=", "--guess").code == 0
    document = kam_sync("source", "fields", "shop", "--json").document
    assert document["map"] == {"company.inn": "company/1"}
    assert [field["options"] for field in document["fields"]] == [["A", "B"], []]


def test_what_else_changes_with_the_map_is_said(kam_sync: Command, shop: Book) -> None:
    kam_sync("source", "map", "shop", "company.inn=company/1")
    moved = kam_sync("source", "map", "shop", "company.segment=company/1").err
    assert "shop: company.inn was company/1 and is now no field" in moved
    anew = kam_sync("source", "map", "shop", "--guess").err
    assert "shop: company.segment was company/1 and is now no field" in anew
    assert "read anew" not in kam_sync("source", "map", "shop", "--confirm").err


def test_the_whole_map_is_confirmed_when_that_is_said(kam_sync: Command, shop: Book) -> None:
    shown = kam_sync("source", "map", "shop", "--json")
    assert (shown.code, shown.document["is_confirmed"], shown.document["map"]) == (0, False, {})
    assert "kam-sync source map shop --confirm" in kam_sync("source", "map", "shop").err
    confirmed = kam_sync("source", "map", "shop", "--guess", "--confirm", "--json").document
    assert confirmed["is_confirmed"] is True
    assert confirmed["map"] == {"company.inn": "company/1"}


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ("company.inn", "write it as target=field"),
        ("company.inn=company/9", "the CRM has no field company/9; see: kam-sync source fields"),
        ("company.inn=company/2", "is of the kind choice; it has to be text or number"),
        ("inn=company/1", "there is no such target; there are: company.inn"),
    ],
)
def test_a_wrong_map_is_refused_in_one_line(
    kam_sync: Command, shop: Book, pair: str, says: str
) -> None:
    said = kam_sync("source", "map", "shop", pair)

    assert said.code == 2
    assert says in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_the_doctor_tells_of_a_mapped_field_that_is_gone(kam_sync: Command, shop: Book) -> None:
    kam_sync("source", "map", "shop", "company.inn=company/1")
    shop.save(Noun.FIELD, Field("company/1", Noun.COMPANY, "ИНН", "text", is_deleted=True))
    with open_services(read_settings()) as services:  # sealed with the key of the commands
        connecting.change(services, "shop", token="a-token")

    said = kam_sync("doctor", "--json")

    checks = {check["what"]: check for check in said.document["checks"]}
    found = checks["source shop, field map"]
    assert found["found"] == "company.inn: field company/1 (ИНН) is not in the CRM any more"
    assert found["advice"] == "set another: kam-sync source map shop"
