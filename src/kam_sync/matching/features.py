"""What two companies are compared by: numbers, phones, domains and names, all in one form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import phonenumbers
from stdnum.ru import inn as inns
from stdnum.ru import ogrn as ogrns

from kam_sync.matching.names import Name, company_name
from kam_sync.matching.places import city, street_and_house
from kam_sync.matching.words import FREE_MAIL, SITES_OF_OTHERS

REGION = "RU"
"""Where a phone without a country code is."""
_DIGITS = re.compile(r"\D+")
_INN, _LOST_ZERO = {10, 12}, {9, 11}
"""How many digits an INN has, and one without the zero that it begins with."""


@dataclass(frozen=True, slots=True)
class Features:
    """A company as it is compared. Empty and None where the CRM says nothing."""

    name: Name
    inn: str | None = None
    """As it stands in the CRM, digits alone, with the zero that it lost; it may be wrong."""
    kpp: str | None = None
    ogrn: str | None = None
    phones: frozenset[str] = frozenset()
    """E.164, without extensions."""
    emails: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    """Of its site and its mail; none that anybody may have."""
    city: str = ""
    address: frozenset[str] = frozenset()
    """The words and numbers of street, house and room."""

    @property
    def has_real_inn(self) -> bool:
        """Whether the check digits of the INN are right."""
        return self.inn is not None and is_real_inn(self.inn)


@dataclass(frozen=True, slots=True)
class Said:
    """What a CRM says of a company, as it says it."""

    name: str
    inn: str | None = None
    kpp: str | None = None
    ogrn: str | None = None
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    website: str | None = None
    city: str | None = None
    address: str | None = None


def features(said: Said) -> Features:
    """What a CRM says of a company, in the form that is compared."""
    mails = frozenset(found for mail in said.emails if (found := mail_address(mail)))
    hosts = {mail.rpartition("@")[2] for mail in mails} - FREE_MAIL
    site = site_host(said.website)
    return Features(
        name=company_name("" if said.name == said.inn else said.name),  # called so for want of one
        inn=inn_number(said.inn),
        kpp=_number(said.kpp, {9}),
        ogrn=_real_ogrn(said.ogrn),
        phones=frozenset(found for phone in said.phones if (found := phone_number(phone))),
        emails=mails,
        domains=frozenset(hosts | ({site} if site else set()) - SITES_OF_OTHERS),
        city=city(said.city, said.address),
        address=street_and_house(said.address),
    )


def inn_number(text: str | None) -> str | None:
    """The digits of an INN, right or wrong; None for what is none.

    A sheet reads an INN as a number, and the zero that it begins with is gone: it comes back where
    the check digits are right with it.
    """
    digits = _DIGITS.sub("", text or "")
    if len(digits) in _LOST_ZERO and not digits.startswith("0") and is_real_inn(f"0{digits}"):
        return f"0{digits}"
    return digits if len(digits) in _INN else None


@lru_cache(maxsize=10_000)
def is_head_office(kpp: str) -> bool:
    """Whether a KPP is that of a firm itself, by its places 5 and 6.

    They say why a firm is registered with a tax office: 01 for its own place, others for its
    branches, its real estate, its being large.
    """
    return kpp[4:6] == "01"


def is_real_inn(inn: str) -> bool:
    """Whether the check digits of an INN are right."""
    return bool(inns.is_valid(inn)) and inn.strip("0") != ""


def _real_ogrn(text: str | None) -> str | None:
    """An OGRN whose check digit is right; what was filled in so as to fill in something is none."""
    ogrn = _number(text, {13, 15})
    return ogrn if ogrn and ogrn.strip("0") and ogrns.is_valid(ogrn) else None


@lru_cache(maxsize=50_000)
def phone_number(text: str) -> str | None:
    """A phone in E.164 without its extension; None for what is none."""
    try:
        found = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(found):
        return None
    return f"+{found.country_code}{found.national_number}"


def mail_address(text: str) -> str | None:
    """An e-mail in lower case, the domain in its letters; None for what is none."""
    user, at, host = text.strip().strip("<>").lower().rpartition("@")
    host = host.rstrip(".")
    return f"{user}@{_host(host)}" if at and user and "." in host and " " not in user else None


def site_host(text: str | None) -> str | None:
    """The host of a site without www; None for what is none."""
    said = (text or "").strip().lower()
    try:
        host = urlsplit(said if "//" in said else f"//{said}").hostname or ""
    except ValueError:
        return None
    host = _host(host.removeprefix("www."))
    return host if "." in host and " " not in host else None


def _host(host: str) -> str:
    """A host in letters, also when it was written in Punycode."""
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _number(text: str | None, lengths: set[int]) -> str | None:
    digits = _DIGITS.sub("", text or "")
    return digits if len(digits) in lengths else None
