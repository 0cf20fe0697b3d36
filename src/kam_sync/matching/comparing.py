"""Compares two companies: each thing that speaks for or against them being one, with its weight.

Weights are natural logarithms of odds, rounded: +3 makes it twenty times as likely that the two
are one. What many companies of one source share weighs less: a phone of a call centre, a name on
every corner. Over all sources it is not counted: one client stands in each of them with his own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from math import log
from typing import Protocol

from rapidfuzz.distance import OSA

from kam_sync.matching.features import Features, is_head_office
from kam_sync.matching.names import Like, alike


class Clue(StrEnum):
    """What two companies have, or do not have, in common."""

    INN = "inn"
    INN_FALSE = "inn_false"
    """Equal, with check digits that are wrong: perhaps filled in so as to fill in something."""
    INN_SLIP = "inn_slip"
    INN_OTHER = "inn_other"
    KPP = "kpp"
    KPP_OTHER = "kpp_other"
    KPP_MOVED = "kpp_moved"
    """Both are of a head office, of which a firm has one: its tax office may have changed."""
    OGRN = "ogrn"
    OGRN_OTHER = "ogrn_other"
    PHONE = "phone"
    PHONE_OTHER = "phone_other"
    EMAIL = "email"
    DOMAIN = "domain"
    DOMAIN_OTHER = "domain_other"
    ADDRESS = "address"
    ADDRESS_OTHER = "address_other"
    CITY = "city"
    CITY_OTHER = "city_other"
    FORM_OTHER = "form_other"
    KIND_OTHER = "kind_other"
    NAME_EQUAL = "name_equal"
    NAME_TYPO = "name_typo"
    NAME_INITIAL = "name_initial"
    NAME_LOOSE = "name_loose"
    NAME_SHORTER = "name_shorter"
    NAME_START = "name_start"
    NAME_PART = "name_part"
    NAME_FAR = "name_far"
    SPLINK = "splink"
    """Another matcher says so; see `splinking.py`."""
    ACCOUNT_INN_OTHER = "account_inn_other"
    """Of their whole accounts, where the two themselves say no INN; told to who is asked."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was found, and how much it weighs."""

    clue: Clue
    weight: float
    what: str = ""
    """What is shared: the INN, the phone, the domain."""


class Common(Protocol):
    """How many companies of one source carry something: of the source where they are most."""

    def carriers(self, clue: Clue, what: str) -> int:
        """Of a phone, an e-mail or a domain."""

    def named(self, flat: str) -> int:
        """Whose name begins so."""


OTHER_INN = -6.0
"""Two real INNs that differ."""
_NAMES = {
    Like.EQUAL: (Clue.NAME_EQUAL, 4.5, 0.6),
    Like.TYPO: (Clue.NAME_TYPO, 3.0, 0.6),
    Like.INITIAL: (Clue.NAME_INITIAL, 2.5, 0.6),
    Like.LOOSE: (Clue.NAME_LOOSE, 2.9, 0.6),
    Like.SHORTER: (Clue.NAME_SHORTER, 2.2, 1.2),
    Like.START: (Clue.NAME_START, 1.0, 1.2),
    Like.PART: (Clue.NAME_PART, -2.0, 0.0),
    Like.FAR: (Clue.NAME_FAR, -3.5, 0.0),
}
"""The clue, its weight, and how fast it falls with the number of companies named so."""
_FALL = 1.8
"""How fast the weight of a phone, an e-mail or a domain falls with the number that carry it.

Of two companies of one source both are counted: they were entered apart, perhaps on purpose."""
_SAY_LITTLE = frozenset({Like.START, Like.PART, Like.FAR})
"""Names that are no question by themselves."""


def may_be_one(one: Features, other: Features) -> bool:
    """Whether two companies are worth a comparison: a quick no to most that are two anyway."""
    if (
        not one.phones.isdisjoint(other.phones)
        or not one.emails.isdisjoint(other.emails)
        or not one.domains.isdisjoint(other.domains)
        or (one.city and one.city == other.city)
        or _is_one_house(one, other)
        or (one.ogrn and other.ogrn)
    ):
        return True
    if one.inn and other.inn:
        return one.inn == other.inn or not (one.has_real_inn and other.has_real_inn)
    return alike(one.name, other.name) not in _SAY_LITTLE


def compare(one: Features, other: Features, common: Common) -> list[Evidence]:
    """All that speaks for and against two companies being one."""
    return [
        *_numbers(one, other),
        *_name(one, other, common),
        *_reached(one, other, common),
        *_place(one, other),
    ]


def _numbers(one: Features, other: Features) -> Iterator[Evidence]:
    if one.inn and other.inn:
        if one.inn == other.inn:
            clue, weight = (Clue.INN, 8.0) if one.has_real_inn else (Clue.INN_FALSE, 2.0)
            yield Evidence(clue, weight, one.inn)
            if one.kpp and other.kpp:
                yield _office(one.kpp, other.kpp)
        elif not (one.has_real_inn and other.has_real_inn) and _is_slip(one.inn, other.inn):
            yield Evidence(Clue.INN_SLIP, 2.0, f"{one.inn}, {other.inn}")
        else:
            weight = OTHER_INN if one.has_real_inn and other.has_real_inn else -2.0
            yield Evidence(Clue.INN_OTHER, weight, f"{one.inn}, {other.inn}")
    if one.ogrn and other.ogrn:
        is_same = one.ogrn == other.ogrn
        yield Evidence(
            Clue.OGRN if is_same else Clue.OGRN_OTHER, 8.0 if is_same else -5.0, one.ogrn
        )


def _office(one: str, other: str) -> Evidence:
    if one == other:
        return Evidence(Clue.KPP, 1.0, one)
    are_heads = is_head_office(one) and is_head_office(other)
    clue = Clue.KPP_MOVED if are_heads else Clue.KPP_OTHER
    return Evidence(clue, -1.0, f"{one}, {other}")


def _name(one: Features, other: Features, common: Common) -> Iterator[Evidence]:
    if not one.name.words or not other.name.words:  # nothing but signs
        return
    like = alike(one.name, other.name)
    clue, weight, fall = _NAMES[like]
    if fall:
        first = min(one.name.core[0], other.name.core[0])
        short = min(one.name.flat, other.name.flat, key=lambda flat: (len(flat), flat))
        said = first if like is Like.START else short
        weight -= fall * log(max(common.named(said), 1))
    yield Evidence(clue, weight)
    if like in {Like.PART, Like.FAR}:
        return
    if one.name.form and other.name.form and one.name.form != other.name.form:
        yield Evidence(Clue.FORM_OTHER, -0.5, f"{one.name.form}, {other.name.form}")
    if one.name.kinds and other.name.kinds and one.name.kinds != other.name.kinds:
        yield Evidence(Clue.KIND_OTHER, -2.0)


def _reached(one: Features, other: Features, common: Common) -> Iterator[Evidence]:
    """By phone, mail and site; each kind counts once, by what fewest share."""
    shared = one.emails & other.emails
    if shared:
        yield _rarest(Clue.EMAIL, 4.0, shared, common)
    if one.phones & other.phones:
        yield _rarest(Clue.PHONE, 3.5, one.phones & other.phones, common)
    elif one.phones and other.phones:
        yield Evidence(Clue.PHONE_OTHER, -0.8)
    if one.domains & other.domains:
        found = _rarest(Clue.DOMAIN, 2.5, one.domains & other.domains, common)
        yield replace(found, weight=min(found.weight, 1.0)) if shared else found
    elif one.domains and other.domains:
        yield Evidence(Clue.DOMAIN_OTHER, -1.2)


def _rarest(clue: Clue, weight: float, shared: frozenset[str], common: Common) -> Evidence:
    count, what = min((common.carriers(clue, one), one) for one in shared)
    return Evidence(clue, max(weight - _FALL * log(max(count, 1)), 0.0), what)


def _place(one: Features, other: Features) -> Iterator[Evidence]:
    """Of two cities one street and house is nothing: every city has a Lenin street."""
    is_other_city = bool(one.city and other.city) and one.city != other.city
    if one.city and other.city:
        yield Evidence(Clue.CITY_OTHER, -2.0) if is_other_city else Evidence(Clue.CITY, 1.2)
    if one.address and other.address:
        if not _is_one_house(one, other):
            yield Evidence(Clue.ADDRESS_OTHER, -1.5)
        elif not is_other_city:
            yield Evidence(Clue.ADDRESS, 2.0)


def _is_one_house(one: Features, other: Features) -> bool:
    """Whether street and house are the same; one may also say the room."""
    is_said = bool(one.address and other.address)
    return is_said and (one.address <= other.address or other.address <= one.address)


def _is_slip(one: str, other: str) -> bool:
    """Whether two numbers differ by a digit, or by two that have changed places."""
    return OSA.distance(one, other, score_cutoff=1) <= 1
