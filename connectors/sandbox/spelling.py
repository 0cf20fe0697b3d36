"""One world as five CRMs know it: each writes its customers in its own way, and knows other things.

What matching has to tell apart is there on purpose: firms of one name, branches of one firm, phones
of a call centre, a firm whose number changed in the books alone. Who is who follows from the number
that all CRMs share, by `whose`.
"""

from dataclasses import replace
from random import Random
from typing import Any

from stdnum.ru import inn as inns

from connectors.sandbox.entities import Company
from connectors.sandbox.names import Place
from connectors.sandbox.vocabulary import latin
from connectors.sandbox.world import FIRST_COMPANY, MadeUpWorld

_CALL_CENTRE = "8 (800) 000-00-01"
_NAMESAKE, _BRANCH, _RENUMBERED, _CALLED = (17, 3), (19, 5), (23, 7), (10, 4)
"""Of so many customers the one at this place: has the name of the one before; is a branch of it;
has got a new INN; is called through the call centre."""
_FULL = {"ООО": "Общество с ограниченной ответственностью", "АО": "Акционерное общество"}
_LATIN = {"ООО": "LLC", "АО": "JSC", "ПАО": "PJSC", "ЗАО": "CJSC"}
_UNQUOTED = str.maketrans("", "", '«»"')
_KNOWS_INN = {"amocrm": 0.8, "bitrix24": 0.5, "megaplan": 0.6, "sbercrm": 0.4, "1c": 1.0}
"""How often people of a CRM have entered the INN."""

_KNOWS_PLACE = {"amocrm": 0.7, "bitrix24": 0.6, "megaplan": 0.5, "sbercrm": 0.5}
"""The same of the address."""


class SpeltWorld(MadeUpWorld):
    """The made-up world as one kind of CRM knows it."""

    def __init__(self, kind: str, **asked: Any) -> None:
        super().__init__(**asked)
        self._kind = kind
        self.slug = f"{self.slug}-{kind}"

    def _company(self, index: int) -> Company:
        company = super()._company(index)
        before = super()._company(index - 1) if index else company
        spelt = _spelt(_placed(company, before, index), index, self._kind)
        city, address = _at(self._place(index), index, self._kind)
        return replace(spelt, city=city, address=address)


def whose(number: int) -> tuple[int, int]:
    """The firm of a customer, and which branch of it: of one pair the numbers are one customer."""
    index = number - FIRST_COMPANY
    return (number - 1, index) if _is(index, _BRANCH) else (number, 0)


def _is(index: int, which: tuple[int, int]) -> bool:
    every, place = which
    return index > 0 and index % every == place


def _placed(company: Company, before: Company, index: int) -> Company:
    """What all CRMs know alike: a namesake's name, a branch's numbers."""
    if _is(index, _BRANCH) and before.kpp:
        return replace(company, name=before.name, inn=before.inn, kpp=f"{before.kpp[:4]}43001")
    if _is(index, _NAMESAKE):
        return replace(company, name=before.name)
    return company


def _spelt(company: Company, index: int, kind: str) -> Company:
    dice = Random(f"spelling:{kind}:{index}")
    number, kpp = company.inn, company.kpp
    if _is(index, _RENUMBERED) and kind == "1c" and number:
        number = _renumbered(number)
    if dice.random() >= _KNOWS_INN[kind] and not _is(index, _BRANCH):
        number = kpp = None
    elif number and kind != "1c" and dice.random() < 0.03:
        number = f"{number[:-2]}{number[-1]}{number[-2]}"  # two digits have changed places
    phones = company.phones if dice.random() < 0.9 else ()
    if _is(index, _CALLED) and kind in {"megaplan", "sbercrm"}:
        phones = (_CALL_CENTRE,)
    return replace(
        company,
        name=_written(company.name, kind, dice),
        inn=number,
        kpp=kpp if kind in {"1c", "amocrm"} or _is(index, _BRANCH) else None,
        phones=phones,
        emails=company.emails if dice.random() < 0.8 else (),
    )


def _written(name: str, kind: str, dice: Random) -> str:
    """A name as the people of a CRM write it."""
    form, _, rest = name.partition(" ")
    if form not in _LATIN:
        return latin(name).title() if kind == "bitrix24" and form != "ИП" else name
    bare = rest.translate(_UNQUOTED)
    match kind:
        case "bitrix24":
            return f"{latin(bare).title()} {_LATIN[form]}"
        case "megaplan":
            return f"{bare.upper()}, {form}"
        case "sbercrm":
            return bare if dice.random() < 0.6 else f"{form} {_slipped(bare, dice)}"
        case "1c":
            return f'{_FULL.get(form, form)} "{bare}"'
        case _:
            return name


def _at(place: Place, index: int, kind: str) -> tuple[str | None, str | None]:
    """City and address as the people of a CRM write them."""
    city, street, house = place.city, place.street, place.house
    if Random(f"place:{kind}:{index}").random() >= _KNOWS_PLACE.get(kind, 0):
        return None, None
    match kind:
        case "bitrix24":
            return latin(city).title(), f"{latin(street).title()} {house}"
        case "megaplan":
            return None, f"{city} г, {street} ул, дом № {house}"
        case "sbercrm":
            return None, f"г.{city}, ул.{street} {house}"
        case _:
            return None, str(place)


def _slipped(name: str, dice: Random) -> str:
    """A name with two letters that have changed places."""
    if len(name) < 7 or dice.random() < 0.5:
        return name
    at = dice.randrange(1, len(name) - 3)
    return f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2 :]}"


def _renumbered(number: str) -> str:
    """Another valid INN of the same kind, of an inspection that registers nobody either."""
    start = f"{number[:2]}00{(int(number[4:-2] or 0) + 50_003) % 100_000:05}"
    if len(number) == 12:
        start = f"{start}0"
        return start + inns.calc_personal_check_digits(start)
    return start + inns.calc_company_check_digit(start)
