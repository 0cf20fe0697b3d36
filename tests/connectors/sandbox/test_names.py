"""Made-up names, tax numbers and addresses look real and belong to nobody."""

import re
from random import Random

from stdnum.ru import inn

from connectors.sandbox import names


def _companies(count: int) -> list[names.CompanyName]:
    return [names.company(index, Random(f"7:{index}")) for index in range(count)]


def test_every_tax_number_has_a_valid_check_digit() -> None:
    assert all(inn.is_valid(company.inn) for company in _companies(3_000))


def test_sole_traders_have_12_digits_and_no_kpp() -> None:
    sole = [company for company in _companies(500) if len(company.inn) == 12]
    assert 30 < len(sole) < 100
    assert all(company.kpp is None and "ИП" in company.name for company in sole)


def test_companies_have_10_digits_and_a_kpp_of_their_inspection() -> None:
    firms = [company for company in _companies(500) if company.kpp is not None]
    assert all(len(company.inn) == 10 for company in firms)
    assert all(company.kpp == f"{company.inn[:4]}01001" for company in firms)


def test_tax_numbers_domains_and_phones_do_not_repeat() -> None:
    dice = Random(1)
    assert len({company.inn for company in _companies(20_000)}) == 20_000
    assert len({names.domain(index) for index in range(50_000)}) == 50_000
    phones = (re.sub(r"\D", "", names.mobile_phone(index, dice)) for index in range(50_000))
    assert len({phone[-10:] for phone in phones}) == 50_000


def test_addresses_are_of_domains_that_cannot_exist() -> None:
    assert re.fullmatch(r"[a-z]+-[a-z]+\.example", names.domain(3))


def test_names_come_in_many_forms() -> None:
    called = " ".join(company.name for company in _companies(200))
    assert all(form in called for form in ("ООО «", 'ООО "', "АО «", "ПАО «", "ИП ", ", ООО"))


def test_a_womans_surname_fits_her_first_name() -> None:
    people = [names.person(Random(seed)) for seed in range(200)]
    assert {person.last.endswith("а") for person in people if person.first == "Ольга"} == {True}
    assert {person.last.endswith("а") for person in people if person.first == "Павел"} == {False}
