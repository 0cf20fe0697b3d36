"""The field map of a source: guessed, shown, changed by people, warned about."""

import pytest

import connectors as gate
from connectors import Field, Noun, RetryLater
from kam_sync import field_map, flow
from kam_sync.accounts.store import SavingStore
from kam_sync.base.errors import Busy, WrongUse
from kam_sync.intake.model import Source
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services
from tests.fakes.books import WHEN, Book
from tests.fakes.connecting import ask
from tests.fakes.crms import FieldsOnly

INN = Field("company/1", Noun.COMPANY, "ИНН", "text")
OTHER_INN = Field("company/2", Noun.COMPANY, "Номер налогоплательщика", "number")
SEGMENT = Field("company/3", Noun.COMPANY, "Сегмент", "choice", options=("A", "B"))
CONTRACT = Field("company/4", Noun.COMPANY, "Договор до", "date")


@pytest.fixture
def book(services: Services) -> Book:
    """A source with four custom fields of companies, and a translated noun."""
    book = Book(services)
    book.save(Noun.FIELD, INN, OTHER_INN, SEGMENT, CONTRACT)
    with services.database.transaction() as session:
        SavingStore(session, book.source_id).move_translation(Noun.COMPANY, 7, WHEN)
    return book


def look(book: Book) -> field_map.Shown:
    """The map with samples."""
    with book.services.database.transaction() as session:
        return field_map.look(session, book.source_id, with_samples=True)


def mapped(book: Book) -> dict[str, str]:
    """Target -> field."""
    return {entry.target: entry.external_id for entry in look(book).entries if entry.external_id}


def translated_to(book: Book) -> int:
    """How far the companies are translated."""
    with book.services.database.transaction() as session:
        return SavingStore(session, book.source_id).translated_to(Noun.COMPANY)


def test_fields_are_read_and_guessed_when_a_source_is_connected() -> None:
    nameless = Field("company/9", Noun.COMPANY, "", "text")

    found = field_map.read_fields(FieldsOnly(INN, nameless, CONTRACT))

    assert field_map.guessed(found) == {
        "company.inn": "company/1", "company.contract_ends_on": "company/4"
    }  # fmt: skip


def test_a_source_is_connected_without_a_map_when_its_fields_cannot_be_read() -> None:
    assert field_map.read_fields(FieldsOnly(INN, trouble=RetryLater("away"))) == []


def test_a_change_keeps_the_rest_and_reads_all_records_anew(book: Book) -> None:
    field_map.change(book.services, "shop", {"company.inn": "company/1"})
    field_map.change(book.services, "shop", {"company.segment": "company/3"})

    assert mapped(book) == {"company.inn": "company/1", "company.segment": "company/3"}
    assert translated_to(book) == 0


def test_an_empty_value_takes_a_target_away(book: Book) -> None:
    field_map.change(book.services, "shop", {"company.inn": "company/1"})
    field_map.change(book.services, "shop", {"company.inn": ""})

    assert mapped(book) == {}


def test_a_confirmation_changes_nothing_else(book: Book) -> None:
    assert not look(book).is_confirmed
    field_map.change(book.services, "shop", {}, whole=True)

    assert look(book).is_confirmed
    assert translated_to(book) == 7


def test_what_a_person_sets_is_confirmed_and_the_rest_stays_a_guess(book: Book) -> None:
    field_map.change(book.services, "shop", {"company.inn": ""}, anew=True)
    confirmed = {entry.target for entry in look(book).entries if entry.is_confirmed}
    assert confirmed == {"company.inn"}
    assert "company.segment" in mapped(book)
    assert not look(book).is_confirmed

    field_map.change(book.services, "shop", {}, whole=True)
    field_map.change(book.services, "shop", {"company.segment": ""})
    assert look(book).is_confirmed
    field_map.change(book.services, "shop", {}, anew=True)
    assert not any(entry.is_confirmed for entry in look(book).entries)


def test_examples_are_in_the_time_zone_of_the_account_and_of_phones_the_numbers(
    services: Services,
) -> None:
    book = Book(services)
    held = {
        "1": {"name": "Звонок", "kind": "moment", "value": "2026-11-30T22:30:00+00:00"},
        "2": {
            "name": "Телефон",
            "kind": "contacts",
            "value": [{"value": "+7 495 000-00-01", "kind": "WORK"}],
        },
        "3": {
            "name": "Реквизиты",
            "kind": "legal_entity",
            "value": {"inn": "7707083893", "kpp": "770701001", "name": "Ромашка"},
        },
    }
    book.save(Noun.COMPANY, gate.Company("7", "Ромашка", custom=held))
    with services.database.transaction() as session:
        SourceStore(session).learn(
            book.source_id, account="1", name="", facts={"timezone": "Asia/Yekaterinburg"}
        )
    assert look(book).samples == {
        "company/1": "2026-12-01 03:30", "company/2": "+7 495 000-00-01",
        "company/3": "Ромашка, 7707083893",
    }  # fmt: skip


def test_a_guess_anew_spares_what_is_set_at_the_same_time(book: Book) -> None:
    field_map.change(book.services, "shop", {"company.inn": "company/2"}, anew=True)

    assert mapped(book) == {
        "company.inn": "company/2",
        "company.segment": "company/3",
        "company.contract_ends_on": "company/4",
    }


def test_a_field_that_is_set_elsewhere_moves(book: Book) -> None:
    field_map.change(book.services, "shop", {"company.kpp": "company/1"})
    field_map.change(book.services, "shop", {"company.inn": "company/1"})

    assert mapped(book) == {"company.inn": "company/1"}


@pytest.mark.parametrize(
    ("target", "field", "says"),
    [
        ("company.phone", "company/1", "no such target; there are: company.inn"),
        ("company.inn", "company/99", "has no field company/99; see: kam-sync source fields shop"),
        ("company.inn", "company/4", "of the kind date; it has to be text or number"),
    ],
)
def test_a_wrong_change_is_refused_in_words(book: Book, target: str, field: str, says: str) -> None:
    with pytest.raises(WrongUse) as refused:
        field_map.change(book.services, "shop", {target: field})

    assert says in str(refused.value)
    assert mapped(book) == {}


def test_fields_that_nobody_has_read_yet_cannot_be_mapped(services: Services) -> None:
    Book(services, "new")
    with pytest.raises(WrongUse, match="first: kam-sync sync new"):
        field_map.change(services, "new", {"company.inn": "company/1"})


def test_a_map_is_not_changed_under_a_running_sync(book: Book) -> None:
    with book.services.database.alone(f"source {book.source_id}"), pytest.raises(Busy):
        field_map.change(book.services, "shop", {"company.inn": "company/1"})


def test_a_mapped_field_that_is_deleted_or_changes_its_kind_is_warned_about(book: Book) -> None:
    wanted = {"company.inn": "company/1", "company.segment": "company/3"}
    field_map.change(book.services, "shop", wanted)
    book.save(
        Noun.FIELD,
        Field("company/1", Noun.COMPANY, "ИНН", "text", is_deleted=True),
        Field("company/3", Noun.COMPANY, "Сегмент", "flag"),
    )

    assert field_map.wrongs(book.services, "shop") == [
        "company.inn: field company/1 (ИНН) is not in the CRM any more; set another:"
        " kam-sync source map shop",
        "company.segment: field company/3 (Сегмент) is of the kind flag; it has to be choice or"
        " choices or text; set another: kam-sync source map shop",
    ]
    assert mapped(book) == wanted


def test_a_better_field_that_appears_later_is_offered_and_not_taken(book: Book) -> None:
    field_map.change(book.services, "shop", {"company.segment": "company/3"})
    book.save(Noun.FIELD, Field("company/5", Noun.COMPANY, "Сегмент клиента", "choice", "SEGMENT"),
              Field("company/6", Noun.COMPANY, "КПП", "text"))  # fmt: skip

    offered = {e.target: e.offer.external_id for e in look(book).offers if e.offer}

    assert offered == {
        "company.inn": "company/1",
        "company.kpp": "company/6",
        "company.contract_ends_on": "company/4",
    }
    assert mapped(book) == {"company.segment": "company/3"}


def test_values_of_the_newest_records_stand_beside_the_fields(book: Book) -> None:
    custom = {
        "1": {"name": "ИНН", "kind": "text", "value": "7707083893"},
        "8": {"name": "Реквизиты", "kind": "legal_entity", "value": {"inn": "77", "kpp": None}},
    }
    book.save(Noun.COMPANY, gate.Company("2", "Вега", custom=custom))

    assert look(book).samples == {"company/1": "7707083893", "company/8": "77"}


def test_a_source_is_connected_with_a_guess_and_read_anew_after_a_change(
    services: Services, source: Source
) -> None:
    with services.database.transaction() as session:
        shown = field_map.look(session, source.id)
    found = {entry.target: entry.field.name for entry in shown.entries if entry.field}
    assert found["company.inn"] == "ИНН"
    assert found["company.contract_ends_on"] == "Договор до"
    assert found["contact.position"] == "Должность"

    flow.sync(services, source.id)
    numbers = "SELECT external_id, inn FROM company WHERE custom ? '9012' ORDER BY 1"
    kpp = dict(ask(services, numbers.replace("inn", "kpp")))
    assert dict(ask(services, numbers)) != kpp

    field_map.change(services, source.name, {"company.inn": "company/9012"})
    flow.sync(services, source.id)
    assert dict(ask(services, numbers)) == kpp
