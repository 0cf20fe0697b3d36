"""How the pages speak of custom fields: what is looked for, of which kind, what is wrong."""

from datetime import date, datetime
from decimal import Decimal

from connectors import fieldmap
from kam_sync.web.wording.language import Language


def target(language: Language, name: str) -> str:
    """What a target means; a word we do not know stays as it is."""
    known = {
        "company.inn": language.gettext("INN of the company"),
        "company.kpp": language.gettext("KPP of the company"),
        "company.ogrn": language.gettext("OGRN of the company"),
        "company.legal_entity": language.gettext("Legal entity: INN, KPP and OGRN in one field"),
        "company.segment": language.gettext("Segment or category of the customer"),
        "company.contract_ends_on": language.gettext("Contract with the company runs until"),
        "company.website": language.gettext("Web site of the company"),
        "company.address": language.gettext("Address of the company"),
        "company.city": language.gettext("City of the company"),
        "contact.position": language.gettext("Position of a contact"),
        "contact.consent": language.gettext("Consent of a contact to the processing of data"),
        "contact.do_not_contact": language.gettext("Contact who wants no calls and letters"),
        "deal.contract_ends_on": language.gettext("Contract of a deal runs until"),
    }
    return known.get(name, name)


def kind(language: Language, name: str) -> str:
    """A kind of custom fields; a word we do not know stays as it is."""
    known = {
        "text": language.gettext("text"),
        "number": language.gettext("number"),
        "money": language.gettext("amount of money"),
        "choice": language.gettext("one of a list"),
        "choices": language.gettext("several of a list"),
        "date": language.gettext("date"),
        "moment": language.gettext("date and time"),
        "flag": language.gettext("yes or no"),
        "contacts": language.gettext("phones or e-mails"),
        "address": language.gettext("address"),
        "legal_entity": language.gettext("legal entity"),
        "items": language.gettext("list of goods"),
        "file": language.gettext("file"),
        "link": language.gettext("link"),
        "other": language.gettext("other"),
    }
    return known.get(name, name)


def example(language: Language, of_kind: str, said: str) -> str:
    """What stands in a field, as people write it; times are in the zone of the CRM account."""
    try:
        match of_kind:
            case "date":
                return language.day(date.fromisoformat(said))
            case "moment":
                return language.clock_time(datetime.fromisoformat(said))
            case "number":  # it may be an INN
                return language.exact(Decimal(said), is_grouped=False)
            case "money":
                return language.exact(Decimal(said))
            case _:
                return said
    except (ValueError, ArithmeticError):
        return said


def why(language: Language, reason: fieldmap.Why) -> str:
    """What speaks for a field."""
    match reason:
        case fieldmap.Why.CODE:
            return language.gettext("its code says so")
        case fieldmap.Why.NAME:
            return language.gettext("its name says so")
        case fieldmap.Why.LIKELY:
            return language.gettext("its name reads like it")
        case fieldmap.Why.ALONE:
            return language.gettext("it is the only field of this kind")


def wrong(language: Language, found: fieldmap.Wrong) -> str:
    """Why a mapped field cannot be read."""
    texts = {
        fieldmap.Fault.NO_TARGET: language.gettext("kam_sync does not know this target."),
        fieldmap.Fault.GONE: language.gettext("Field “%(field)s” is not in the CRM any more."),
        fieldmap.Fault.WRONG_NOUN: language.gettext(
            "Field “%(field)s” belongs to another kind of record."
        ),
        fieldmap.Fault.WRONG_KIND: language.gettext(
            "Field “%(field)s” now holds something of another kind."
        ),
        fieldmap.Fault.TWICE: language.gettext("Field “%(field)s” is chosen twice."),
    }
    return texts[found.fault] % {"field": found.field}
