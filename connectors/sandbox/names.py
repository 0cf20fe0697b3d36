"""Made-up names, tax numbers, phones and addresses, each a function of an index and a die."""

from dataclasses import dataclass
from random import Random

from stdnum.ru import inn

from connectors.sandbox.vocabulary import (
    CITIES,
    FEMALE_NAMES,
    FIRST_PARTS,
    MALE_NAMES,
    PATRONYMICS,
    SECOND_PARTS,
    STREETS,
    SURNAMES,
    latin,
)

MOST_COMPANIES = 100_000
"""Beyond this tax numbers would repeat."""

_STEMS = len(FIRST_PARTS) * len(SECOND_PARTS)
_STRIDE = 1_009  # a prime that shares no factor with _STEMS: neighbours get unlike names
_REGIONS = ("77", "78", "50", "66", "16", "63", "54", "52", "23", "61", "74", "02", "59", "36")
_TOWN_CODES = ("495", "812", "343", "843", "846", "383", "831", "861", "351", "347")
_PHONE_FORMS = (
    "+7 ({0}) 000-{1}-{2}",
    "8 {0} 000 {1} {2}",
    "+7{0}000{1}{2}",
    "8({0})000-{1}-{2}",
    "7 {0} 000-{1}{2}",
    "8-{0}-000-{1}-{2}",
)
_JOINTS = ("", "", " ", "-")
_FORMS = (
    *("ООО «{0}»",) * 10,
    *('ООО "{0}"',) * 5,
    *("АО «{0}»",) * 3,
    *("ООО «{0}-{1}»",) * 2,
    "ООО {0}",
    "{0}, ООО",
    "ПАО «{0}»",
    "ЗАО «{0}»",
    "ООО «Торговый дом «{0}»",
    "ООО «{0}» (г. {1})",
    "{0}",
)
_SOLE_FORMS = ("ИП {0} {1} {2}", "ИП {0} {1} {2}", "ИП {0} {3}. {4}.", "{0} {1} {2}, ИП")


@dataclass(frozen=True, slots=True)
class CompanyName:
    """How a company is called, and by the tax office."""

    name: str
    inn: str
    kpp: str | None


@dataclass(frozen=True, slots=True)
class PersonName:
    """How a person is called, and in an address."""

    first: str
    last: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a company is; nobody lives there."""

    city: str
    street: str
    house: int

    def __str__(self) -> str:
        return f"г. {self.city}, ул. {self.street}, д. {self.house}"


def company(index: int, dice: Random) -> CompanyName:
    """The name and tax numbers of company `index`; one in eight is a sole trader."""
    region = dice.choice(_REGIONS)
    if dice.random() < 0.125:
        return CompanyName(_sole_trader(dice), _sole_inn(region, index), None)
    first, second, round_ = _stem(index)
    stem = f"{first}{dice.choice(_JOINTS)}{second}"
    if round_:
        stem = f"{stem} {CITIES[round_ % len(CITIES)]}"
    number = _company_inn(region, index)
    name = dice.choice(_FORMS).format(stem, dice.choice(CITIES))
    return CompanyName(name, number, f"{number[:4]}01001")


def place(dice: Random) -> Place:
    """A house in a street of a city."""
    return Place(dice.choice(CITIES), dice.choice(STREETS), dice.randint(1, 150))


def domain(index: int) -> str:
    """The invented web domain of company `index`."""
    first, second, round_ = _stem(index)
    return f"{latin(first)}-{latin(second)}{round_ or ''}.example"


def person(dice: Random) -> PersonName:
    """A man or a woman, with a surname to match."""
    last = dice.choice(SURNAMES)
    if dice.random() < 0.5:
        first = dice.choice(MALE_NAMES)
    else:
        first, last = dice.choice(FEMALE_NAMES), f"{last}а"
    return PersonName(first, last, f"{latin(first)[0]}.{latin(last)}")


def office_phone(index: int, dice: Random) -> str:
    """A phone with a town code, another one for each index."""
    return _phone(_TOWN_CODES[index // 10_000 % len(_TOWN_CODES)], index, dice)


def mobile_phone(index: int, dice: Random) -> str:
    """A mobile phone, another one for each index."""
    return _phone(str(900 + (index // 10_000 + 12) % 100), index, dice)


def _phone(code: str, index: int, dice: Random) -> str:
    last = f"{index * 7_919 % 10_000:04}"  # 7919 is a prime, so all 10,000 endings are used
    return dice.choice(_PHONE_FORMS).format(code, last[:2], last[2:])


def _stem(index: int) -> tuple[str, str, int]:
    round_, place = divmod(index, _STEMS)
    first, second = divmod((place + 1) * _STRIDE % _STEMS, len(SECOND_PARTS))
    return FIRST_PARTS[first], SECOND_PARTS[second], round_


def _sole_trader(dice: Random) -> str:
    last, first, middle = dice.choice(SURNAMES), dice.choice(MALE_NAMES), dice.choice(PATRONYMICS)
    return dice.choice(_SOLE_FORMS).format(last, first, middle, first[0], middle[0])


def _company_inn(region: str, index: int) -> str:
    # inspection 00 is a regional office that registers no companies: nobody real has the number
    start = f"{region}00{index * 7_919 % MOST_COMPANIES:05}"
    return start + str(inn.calc_company_check_digit(start))


def _sole_inn(region: str, index: int) -> str:
    start = f"{region}00{index * 7_919 % MOST_COMPANIES:06}"
    return start + str(inn.calc_personal_check_digits(start))
