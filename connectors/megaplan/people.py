"""Companies, people, employees and departments of Megaplan in our words."""

from typing import Any

from connectors.kit import custom, pick
from connectors.kit.records import Company, Contact, Group, RawRecord, User
from connectors.megaplan.lists import is_client
from connectors.megaplan.values import Words, custom_values, linked, moment, reach


def group(raw: RawRecord, _words: Words) -> Group:
    """A department."""
    return Group(pick.external_id(raw.body), pick.text(raw.body, "name") or "")


def user(raw: RawRecord, _words: Words) -> User:
    """An employee; one who has left does not work here any more, and stays in the list."""
    body = raw.body
    return User(
        external_id=pick.external_id(body),
        name=_name(body),
        email=next(iter(reach(body, "email")), None),
        group_external_id=linked(body, "department", "Department"),
        is_active=body.get("isWorking") is not False,
    )


def company(raw: RawRecord, words: Words) -> Company:
    """A company, or a person who is a customer of his own; legal details are the payer's."""
    body = raw.body
    legal = _legal(body)
    return Company(
        external_id=pick.external_id(body),
        name=_name(body),
        inn=words.text(body, "company.inn") or pick.text(legal, "inn"),
        kpp=words.text(body, "company.kpp") or pick.text(legal, "kpp"),
        ogrn=words.text(body, "company.ogrn") or pick.text(legal, "ogrn"),
        phones=reach(body, "phone"),
        emails=reach(body, "email"),
        website=words.text(body, "company.website") or next(iter(reach(body, "link")), None),
        address=pick.line([words.text(body, "company.address") or _address(legal)]),
        city=words.text(body, "company.city"),
        segment=words.text(body, "company.segment"),
        contract_ends_on=words.day(body, "company.contract_ends_on"),
        **common(body, words, _owner(body)),
    )


def contact(raw: RawRecord, words: Words) -> Contact:
    """A person; one who is a customer of his own is his own company."""
    body = raw.body
    own = pick.external_id(body) if is_client(body) else None
    return Contact(
        external_id=pick.external_id(body),
        name=_name(body),
        company_external_id=linked(body, "company", "ContractorCompany") or own,
        position=words.text(body, "contact.position") or pick.text(body, "position"),
        consent=words.flag(body, "contact.consent"),
        do_not_contact=words.flag(body, "contact.do_not_contact"),
        phones=reach(body, "phone"),
        emails=reach(body, "email"),
        **common(body, words, _owner(body)),
    )


def common(body: pick.Body, words: Words, owner: str | None) -> dict[str, Any]:
    """What companies, people and deals have in common."""
    return {
        "tags": pick.distinct(pick.text(tag, "name") for tag in pick.many(body, "tags")),
        "custom": custom_values(body, words.zone),
        "owner_external_id": owner,
        "created_at": moment(body, "timeCreated"),
        "updated_at": moment(body, "timeUpdated"),
        "is_deleted": pick.flag(body, "isDropped"),
    }


def _owner(body: pick.Body) -> str | None:
    return next((pick.maybe_id(one, "id") for one in pick.many(body, "responsibles")), None)


def _name(body: pick.Body) -> str:
    """The name, which a list may give in its parts only."""
    parts = (pick.text(body, part) for part in ("lastName", "firstName", "middleName"))
    return pick.text(body, "name") or " ".join(filter(None, parts))


def _address(legal: pick.Body) -> str | None:
    """The address of a payer, else the one it is registered at: a text, or an Address."""
    said = (legal.get(key) for key in ("address", "legalAddress"))
    texts = (custom.text(one.get("value") if isinstance(one, dict) else one) for one in said)
    return next(filter(None, texts), None)


def _legal(body: pick.Body) -> pick.Body:
    """The first payer with a taxpayer number: a company may have several."""
    payers = [one for one in pick.many(body, "payers") if not pick.flag(one, "isDropped")]
    return next((one for one in payers if one.get("inn")), payers[0] if payers else {})
