"""Custom fields of the made-up account, and their values on companies and people."""

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.amocrm.account import ACCOUNT, HOST
from connectors.sandbox.entities import Company, Contact

_POSITION, _PHONE, _EMAIL, _INN, _KPP = 9001, 9002, 9003, 9011, 9012
_PHONE_ENUMS = ("WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")
_EMAIL_ENUMS = ("WORK", "PRIV", "OTHER")
_ENUM_IDS = {
    **{("PHONE", code): 480 + place for place, code in enumerate(_PHONE_ENUMS)},
    **{("EMAIL", code): 490 + place for place, code in enumerate(_EMAIL_ENUMS)},
}
_NAMES = {"PHONE": "Телефон", "EMAIL": "Email"}
_IDS = {"PHONE": _PHONE, "EMAIL": _EMAIL}


def company_values(company: Company) -> list[dict[str, Any]] | None:
    """Phones, addresses and tax numbers; None when there are none at all."""
    found = [
        *_multitext("PHONE", "WORK", company.phones),
        *_multitext("EMAIL", "WORK", company.emails),
        *_text(_INN, "ИНН", None, company.inn),
        *_text(_KPP, "КПП", None, company.kpp),
    ]
    return found or None


def contact_values(contact: Contact) -> list[dict[str, Any]] | None:
    """Position, phones and addresses; None when there are none at all."""
    found = [
        *_text(_POSITION, "Должность", "POSITION", contact.position),
        *_multitext("PHONE", "MOB", contact.phones),
        *_multitext("EMAIL", "WORK", contact.emails),
    ]
    return found or None


def definitions(noun: str) -> list[dict[str, Any]]:
    """What `/{noun}/custom_fields` lists."""
    multitexts = [
        _definition(noun, _PHONE, "Телефон", "PHONE", "multitext"),
        _definition(noun, _EMAIL, "Email", "EMAIL", "multitext"),
    ]
    if noun == "companies":
        inn = _definition(noun, _INN, "ИНН", None, "text")
        return [*multitexts, inn, _definition(noun, _KPP, "КПП", None, "text")]
    if noun == "contacts":
        return [_definition(noun, _POSITION, "Должность", "POSITION", "text"), *multitexts]
    return []


def _multitext(code: str, kind: str, values: Sequence[str]) -> list[dict[str, Any]]:
    if not values:
        return []
    return [
        {
            "field_id": _IDS[code],
            "field_name": _NAMES[code],
            "field_code": code,
            "field_type": "multitext",
            "values": [
                {"value": value, "enum_id": _ENUM_IDS[code, kind], "enum_code": kind}
                for value in values
            ],
        }
    ]


def _text(id_: int, name: str, code: str | None, value: str | None) -> list[dict[str, Any]]:
    if value is None:
        return []
    return [
        {
            "field_id": id_,
            "field_name": name,
            "field_code": code,
            "field_type": "text",
            "values": [{"value": value}],
        }
    ]


def _definition(noun: str, id_: int, name: str, code: str | None, type_: str) -> dict[str, Any]:
    enums = [
        {"id": enum_id, "value": kind, "sort": enum_id}
        for (field, kind), enum_id in _ENUM_IDS.items()
        if field == code
    ]
    return {
        "id": id_,
        "name": name,
        "type": type_,
        "account_id": ACCOUNT,
        "code": code,
        "sort": id_,
        "is_api_only": False,
        "enums": enums or None,
        "group_id": None,
        "required_statuses": [],
        "is_deletable": code is None,
        "is_predefined": code is not None,
        "entity_type": noun,
        "is_computed": False,
        "_links": {"self": {"href": f"{HOST}/api/v4/{noun}/custom_fields/{id_}"}},
    }
