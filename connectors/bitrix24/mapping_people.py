"""Departments, users, companies and contacts of Bitrix24 in our words."""

from collections.abc import Mapping
from typing import Any

from connectors.bitrix24.lexicon import JOINED
from connectors.bitrix24.reading import Custom, Words, moment, ref, several
from connectors.kit import custom, pick
from connectors.kit.records import Company, Contact, Group, RawRecord, User


def group(raw: RawRecord, _words: Words) -> Group:
    """A department."""
    return Group(pick.external_id(raw.body, "ID"), pick.text(raw.body, "NAME") or "")


def user(raw: RawRecord, _words: Words) -> User:
    """Someone who works there, or has left."""
    body = raw.body
    departments = body.get("UF_DEPARTMENT")
    first = departments[0] if isinstance(departments, list) and departments else None
    return User(
        external_id=pick.external_id(body, "ID"),
        name=_name(body, "NAME", "LAST_NAME") or pick.text(body, "EMAIL") or "",
        email=pick.text(body, "EMAIL"),
        group_external_id=ref({"UF_DEPARTMENT": first}, "UF_DEPARTMENT"),
        is_active=pick.flag({"ACTIVE": True} | dict(body), "ACTIVE"),
    )


def company(raw: RawRecord, words: Words) -> Company:
    """A firm. Its numbers are in its requisites, unless the field map names a field."""
    body, fields = raw.body, Custom(raw.body, words)
    legal = _requisite(body)
    return Company(
        external_id=pick.external_id(body),
        name=pick.text(body, "title") or "",
        inn=fields.text("company.inn") or pick.text(legal, "RQ_INN"),
        kpp=fields.text("company.kpp") or pick.text(legal, "RQ_KPP"),
        ogrn=fields.text("company.ogrn")
        or pick.text(legal, "RQ_OGRN")
        or pick.text(legal, "RQ_OGRNIP"),
        phones=several(body, "PHONE"),
        emails=several(body, "EMAIL"),
        website=fields.text("company.website") or next(iter(several(body, "WEB")), None),
        address=_address(fields.text("company.address")) or _address(body.get("address")),
        city=fields.text("company.city") or custom.text(body.get("addressCity")),
        segment=fields.text("company.segment"),
        contract_ends_on=fields.day("company.contract_ends_on"),
        custom=fields.all,
        **common(body, words),
    )


def contact(raw: RawRecord, words: Words) -> Contact:
    """A person."""
    body, fields = raw.body, Custom(raw.body, words)
    return Contact(
        external_id=pick.external_id(body),
        name=_name(body, "name", "lastName"),
        company_external_id=ref(body, "companyId"),
        position=fields.text("contact.position") or pick.text(body, "post"),
        consent=fields.flag("contact.consent"),
        do_not_contact=fields.flag("contact.do_not_contact"),
        phones=several(body, "PHONE"),
        emails=several(body, "EMAIL"),
        custom=fields.all,
        **common(body, words),
    )


def common(body: pick.Body, words: Words) -> dict[str, Any]:
    """Whose it is, and its times."""
    return {
        "owner_external_id": ref(body, "assignedById"),
        "created_at": moment(body, "createdTime", words.zone),
        "updated_at": moment(body, "updatedTime", words.zone),
    }


def _requisite(body: pick.Body) -> Mapping[str, Any]:
    """The requisites that count: the first in use that have an INN, else the first that have."""
    listed = pick.many(pick.one(body, JOINED), "requisites")
    numbered = [one for one in listed if pick.text(one, "RQ_INN")]
    used = [one for one in numbered if one.get("ACTIVE") != "N"]
    return next(iter(used or numbered or listed), {})


def _address(said: Any) -> str | None:
    """An address; one that was chosen on a map has its place there behind a bar."""
    return pick.line([(custom.text(said) or "").partition("|")[0]])


def _name(body: pick.Body, *keys: str) -> str:
    return " ".join(filter(None, (pick.text(body, key) for key in keys)))
