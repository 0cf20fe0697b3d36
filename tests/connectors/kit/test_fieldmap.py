"""Which custom field is which: guessed from codes, names and kinds, and checked."""

import pytest

from connectors import Field, Noun
from connectors.kit.fieldmap import TARGETS, Fault, Why, check, guess


def field(
    number: int,
    name: str,
    kind: str = "text",
    *,
    of: Noun = Noun.COMPANY,
    code: str | None = None,
    is_deleted: bool = False,
) -> Field:
    """A custom field, of companies unless said otherwise."""
    return Field(f"{of.value}/{number}", of, name, kind, code, is_deleted=is_deleted)


def guessed(*fields: Field) -> dict[str, str]:
    """Target -> name of the guessed field."""
    return {target: found.name for target, found in guess(fields).items()}


@pytest.mark.parametrize(
    ("target", "name", "kind"),
    [
        ("company.inn", "ИНН", "text"),
        ("company.inn", "инн", "number"),
        ("company.inn", "ИНН клиента", "text"),
        ("company.inn", "Tax ID", "text"),
        ("company.inn", "Company INN", "number"),
        ("company.kpp", "КПП", "number"),
        ("company.kpp", "КПП организации", "text"),
        ("company.ogrn", "ОГРН/ОГРНИП", "text"),
        ("company.segment", "Сегмент", "choice"),
        ("company.segment", "Категория клиента", "choice"),
        ("company.segment", "ABC-сегмент", "text"),
        ("company.segment", "Customer segment", "choices"),
        ("company.contract_ends_on", "Дата окончания договора", "date"),
        ("company.contract_ends_on", "Договор до", "date"),
        ("company.contract_ends_on", "Договор (действует до)", "moment"),
        ("company.contract_ends_on", "Contract end", "date"),
        ("company.contract_ends_on", "Contract expiry date", "date"),
        ("company.contract_ends_on", "Срок окончания действия договора", "date"),
        ("company.website", "Сайт", "link"),
        ("company.website", "Адрес веб-сайта", "text"),
        ("company.address", "Адрес", "address"),
        ("company.address", "Юридический адрес компании", "text"),
        ("company.address", "Office address", "text"),
        ("company.city", "Город", "choice"),
        ("company.city", "Customer city", "text"),
        ("company.legal_entity", "Реквизиты", "legal_entity"),
    ],
)
def test_a_field_is_found_by_its_name_in_russian_and_english(
    target: str, name: str, kind: str
) -> None:
    assert guessed(field(1, name, kind)) == {target: name}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ИНН директора", "text"),
        ("КПП водителя", "text"),
        ("Тип КПП", "choice"),
        ("ИНН / КПП", "text"),
        ("Сегмент рынка поставщика", "choice"),
        ("Категория товара", "choice"),
        ("Дата окончания договора с перевозчиком", "date"),
        ("Договор до", "text"),
        ("Дата заключения договора", "date"),
        ("Сайт поставщика", "link"),
        ("ИНН", "flag"),
        ("", "text"),
    ],
)
def test_a_look_alike_is_left_to_a_person(name: str, kind: str) -> None:
    assert guessed(field(1, name, kind)) == {}


def test_a_code_wins_over_a_name_and_a_name_over_what_reads_like_it() -> None:
    by_code = field(1, "Номер налогоплательщика", code="INN")
    by_name, alike = field(2, "ИНН"), field(3, "ИНН клиента")

    assert guess([alike, by_name, by_code])["company.inn"].external_id == "company/1"
    assert guess([alike, by_name])["company.inn"].why is Why.NAME
    assert guess([alike])["company.inn"].why is Why.LIKELY


def test_two_fields_that_fit_equally_well_are_left_to_a_person() -> None:
    assert guessed(field(1, "ИНН"), field(2, "ИНН"), field(3, "ИНН клиента")) == {}


def test_the_only_legal_entity_is_taken_whatever_its_name_and_of_two_the_one_with_the_name() -> (
    None
):
    plain, named = field(1, "Плательщик", "legal_entity"), field(2, "Юр. лицо", "legal_entity")

    assert guess([plain])["company.legal_entity"].why is Why.ALONE
    assert guess([plain, named])["company.legal_entity"].external_id == "company/2"
    assert guess([plain, field(3, "Грузополучатель", "legal_entity")]) == {}


def test_an_inn_inside_a_legal_entity_is_read_from_there() -> None:
    assert guessed(field(1, "ИНН", "legal_entity")) == {"company.legal_entity": "ИНН"}


def test_each_kind_of_record_has_its_own_fields() -> None:
    found = guessed(
        field(1, "Договор до", "date", of=Noun.DEAL),
        field(2, "Договор до", "date"),
        field(3, "Должность", code="POSITION", of=Noun.CONTACT),
        field(4, "Web", "link", code="WEB"),
        field(5, "ИНН", of=Noun.DEAL),
    )

    assert found == {
        "company.contract_ends_on": "Договор до",
        "company.website": "Web",
        "contact.position": "Должность",
        "deal.contract_ends_on": "Договор до",
    }


def test_a_deleted_field_is_not_guessed() -> None:
    assert guessed(field(1, "ИНН", is_deleted=True), field(2, "ИНН клиента")) == {
        "company.inn": "ИНН клиента"
    }


def test_every_target_begins_with_its_noun_and_says_what_it_means() -> None:
    assert [name for name, target in TARGETS.items() if not name.startswith(target.noun)] == []
    assert [name for name, target in TARGETS.items() if not target.means] == []


@pytest.mark.parametrize(
    ("entry", "fault", "says"),
    [
        (("company.phone", "company/1"), Fault.NO_TARGET, "there are: company.inn, company.kpp"),
        (("company.inn", "company/9"), Fault.GONE, "the CRM has no field company/9"),
        (("company.inn", "company/3"), Fault.GONE, "(Старый ИНН) is not in the CRM any more"),
        (("company.inn", "deal/4"), Fault.WRONG_NOUN, "is one of a deal, not of a company"),
        (("company.inn", "company/2"), Fault.WRONG_KIND, "of the kind date; it has to be text or"),
    ],
)
def test_an_entry_that_cannot_be_followed_is_told(
    entry: tuple[str, str], fault: Fault, says: str
) -> None:
    fields = [
        field(1, "ИНН"),
        field(2, "Договор до", "date"),
        field(3, "Старый ИНН", is_deleted=True),
        field(4, "ИНН", of=Noun.DEAL),
    ]

    (wrong,) = check(dict([entry]), fields)

    assert wrong.fault is fault
    assert says in str(wrong)
    assert str(wrong).startswith(f"{entry[0]}: ")


def test_a_field_answers_for_one_target_alone() -> None:
    fields = [field(1, "ИНН"), field(2, "КПП")]

    assert check({"company.inn": "company/1", "company.kpp": "company/2"}, fields) == []
    (wrong,) = check({"company.inn": "company/1", "company.kpp": "company/1"}, fields)
    assert (wrong.target, wrong.fault) == ("company.kpp", Fault.TWICE)
