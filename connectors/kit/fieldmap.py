"""The field map: which custom field of a CRM account holds what we want to know.

Everybody names custom fields as they like, so the map is guessed from codes, names and kinds, and a
person has the last word. What two fields fit equally well, or a name that says whose it is when it
is not the customer's ("KPP of the driver"), is left to that person.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from connectors.kit.records import Field, Noun

FieldMap = Mapping[str, str]
"""Target -> external id of the field."""


class Why(StrEnum):
    """What speaks for a field, the strongest first."""

    CODE = "its code says so"
    NAME = "its name says so"
    LIKELY = "its name reads like it"
    ALONE = "it is the only field of this kind"


class Fault(StrEnum):
    """What may be wrong with an entry of a map."""

    NO_TARGET = "there is no such target"
    GONE = "the CRM has no such field any more"
    WRONG_NOUN = "the field belongs to another kind of record"
    WRONG_KIND = "the field holds something of another kind"
    TWICE = "another target has this field already"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that we want to know and that CRMs keep in custom fields."""

    noun: Noun
    means: str
    kinds: tuple[str, ...]
    """Of which kinds a field may be."""
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    likely: str = ""
    """A pattern that a whole name has to match, so that look-alikes do not."""
    is_by_kind: bool = False
    """The only field of a fitting kind is the one, whatever its name."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The field that a target is probably kept in, and why we think so."""

    external_id: str
    name: str
    why: Why


@dataclass(frozen=True, slots=True)
class Wrong:
    """An entry of a map that cannot be followed."""

    target: str
    field: str
    """The field's name, or its id where nobody knows its name."""
    fault: Fault
    said: str

    def __str__(self) -> str:
        return f"{self.target}: {self.said}"


_TEXT = ("text", "number")
_DATE = ("date", "moment")
_FLAG = ("flag", "choice", "text")
_WHOSE = (
    "клиента|компании|контрагента|организации|заказчика|покупателя|фирмы|предприятия|"
    "юр ?лица|юридического лица"
)
_OF = f"(?: (?:{_WHOSE}))?"
_HIS = "(?:(?:client|customer|company|organi[sz]ation|account|counterparty)(?: s)? )?"
_CONTRACT_NAMES = (
    "договор до", "дата окончания договора", "окончание договора", "срок договора",
    "срок действия договора", "договор действует до", "contract end", "contract end date",
    "contract ends", "contract ends on", "contract until", "contract expires",
)  # fmt: skip
_CONTRACT_LIKELY = (
    rf"(?:дата |срок )?(?:окончани[ея]|завершени[ея]|истечени[ея])(?: срока)?(?: действия)? "
    rf"договора{_OF}"
    rf"|(?:срок )?(?:действ\w+ )?договор[а]?{_OF}(?: действует| действителен)? (?:до|по)"
    rf"|{_HIS}(?:contract|agreement) (?:end|expiry|expiration|valid until|valid to)(?: date)?"
)


def _contract(noun: Noun, whose: str) -> Target:
    means = f"until when the contract {whose} runs"
    return Target(noun, means, _DATE, ("CONTRACT_END",), _CONTRACT_NAMES, _CONTRACT_LIKELY)


TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        "company.inn": Target(
            Noun.COMPANY, "taxpayer number (INN)", _TEXT, ("INN", "TIN"),
            ("инн", "inn", "tin"),
            rf"инн{_OF}|{_HIS}(?:inn|tin|tax id|tax number|taxpayer number)",
        ),
        "company.kpp": Target(
            Noun.COMPANY, "reason-for-registration code (KPP)", _TEXT, ("KPP",), ("кпп", "kpp"),
            rf"кпп{_OF}|{_HIS}kpp",
        ),
        "company.ogrn": Target(
            Noun.COMPANY, "state registration number (OGRN)", _TEXT, ("OGRN",), ("огрн", "ogrn"),
            rf"огрн(?: огрнип)?{_OF}|огрнип|{_HIS}ogrn(?: number)?",
        ),
        "company.legal_entity": Target(
            Noun.COMPANY, "legal entity: INN, KPP and OGRN in one field", ("legal_entity",),
            ("LEGAL_ENTITY",),
            ("реквизиты", "юр лицо", "юрлицо", "юридическое лицо", "legal entity", "requisites"),
            rf"реквизиты{_OF}|{_HIS}(?:details|requisites)", is_by_kind=True,
        ),
        "company.segment": Target(
            Noun.COMPANY, "segment or category of the customer", ("choice", "choices", "text"),
            ("SEGMENT",), ("сегмент", "сегмент клиента", "категория клиента", "segment"),
            rf"(?:abc )?(?:сегмент|категория|класс) (?:{_WHOSE})|abc(?: сегмент| категория)?"
            r"|(?:client|customer|company|account) (?:segment|category|tier|class)",
        ),
        "company.contract_ends_on": _contract(Noun.COMPANY, "with the company"),
        "company.website": Target(
            Noun.COMPANY, "web site", ("link", "text"), ("WEB",),
            ("сайт", "веб сайт", "web", "website", "web site", "site", "url"),
            rf"(?:адрес )?(?:веб |web )?сайта?{_OF}|{_HIS}(?:web ?)?site(?: address| url)?",
        ),
        "company.address": Target(
            Noun.COMPANY, "address in one line", ("text", "address"), ("ADDRESS",),
            ("адрес", "address"),
            rf"(?:фактический |юридический |почтовый )?адрес{_OF}"
            rf"|{_HIS}(?:legal |postal |office |street )?address",
        ),
        "company.city": Target(
            Noun.COMPANY, "city", ("text", "choice"), ("CITY",), ("город", "city"),
            rf"город{_OF}|{_HIS}(?:city|town)",
        ),
        "contact.position": Target(
            Noun.CONTACT, "position of the person", ("text", "choice"), ("POSITION",),
            ("должность", "position", "job title"), r"должность (?:контакта|сотрудника)",
        ),
        "contact.consent": Target(
            Noun.CONTACT, "consent of the person to the processing of their data", _FLAG,
            ("CONSENT", "PD_CONSENT"),
            ("согласие", "согласие на обработку персональных данных", "согласие на обработку пдн",
             "согласие пдн", "marketing consent", "consent"),
            r"(?:есть )?согласи[ея](?: на)?(?: обработк[уи])?(?: персональных данных| пдн?)?"
            r"|(?:gdpr |data |marketing )?consent(?: given)?",
        ),
        "contact.do_not_contact": Target(
            Noun.CONTACT, "the person wants no calls, letters or messages", _FLAG,
            ("DO_NOT_CONTACT", "UNSUBSCRIBED"),
            ("не связываться", "не беспокоить", "отписан", "отписался", "отказ от рассылки",
             "отказ от рассылок", "do not contact", "unsubscribed", "opt out"),
            r"не (?:звонить|писать|связываться|беспокоить)|отказ от (?:рассыл\w+|звонков|связи)"
            r"|отписа(?:н|лся|лась)(?: от рассыл\w+)?|(?:do not|dont) (?:call|contact|mail|email)"
            r"|unsubscribed?|opt(?:ed)? out",
        ),
        "deal.contract_ends_on": _contract(Noun.DEAL, "of the deal"),
    }
)  # fmt: skip
"""All targets, in the order in which people see them."""


def guess(fields: Sequence[Field]) -> dict[str, Guess]:
    """The field of each target, as far as codes, names and kinds tell; no field twice."""
    found: dict[str, Guess | None] = {}
    for why in Why:
        for name, target in TARGETS.items():
            taken = {one.external_id for one in found.values() if one}
            fitting = [f for f in fields if _speaks(why, target, f) and f.external_id not in taken]
            if name in found or not fitting:
                continue
            first, *others = fitting
            found[name] = None if others else Guess(first.external_id, first.name, why)
    return {name: one for name in TARGETS if (one := found.get(name))}


def check(field_map: FieldMap, fields: Iterable[Field]) -> list[Wrong]:
    """What is wrong with a map, entry by entry."""
    known = {field.external_id: field for field in fields}
    seen: dict[str, str] = {}
    wrong = []
    for name, external_id in field_map.items():
        found = _fault(name, external_id, known.get(external_id), seen)
        if found:
            wrong.append(found)
        else:
            seen[external_id] = name
    return wrong


def _fault(name: str, external_id: str, field: Field | None, seen: FieldMap) -> Wrong | None:
    target = TARGETS.get(name)
    if target is None:
        said = f"there is no such target; there are: {', '.join(TARGETS)}"
        return Wrong(name, external_id, Fault.NO_TARGET, said)
    if field is None:
        return Wrong(name, external_id, Fault.GONE, f"the CRM has no field {external_id}")
    noun, kinds = field.about_noun, " or ".join(target.kinds)
    troubles = (
        (field.is_deleted, Fault.GONE, "is not in the CRM any more"),
        (noun != target.noun, Fault.WRONG_NOUN, f"is one of a {noun}, not of a {target.noun}"),
        (
            field.kind not in target.kinds,
            Fault.WRONG_KIND,
            f"is of the kind {field.kind}; it has to be {kinds}",
        ),
        (external_id in seen, Fault.TWICE, f"is what {seen.get(external_id)} is read from already"),
    )
    for is_so, fault, said in troubles:
        if is_so:
            return Wrong(name, field.name, fault, f"field {external_id} ({field.name}) {said}")
    return None


def _speaks(why: Why, target: Target, field: Field) -> bool:
    """Whether this is what speaks for the field."""
    if field.is_deleted or field.about_noun != target.noun or field.kind not in target.kinds:
        return False
    match why:
        case Why.CODE:
            return (field.code or "").upper() in target.codes
        case Why.NAME:
            return _plain(field.name) in target.names
        case Why.LIKELY:
            return bool(target.likely and re.fullmatch(target.likely, _plain(field.name)))
        case Why.ALONE:
            return target.is_by_kind


def _plain(name: str) -> str:
    """A name in small letters without punctuation."""
    return " ".join(re.sub(r"[\W_]+", " ", name.lower().replace("ё", "е")).split())
