"""Custom fields of the made-up account: which there are, and how their values are written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.amocrm.account import ACCOUNT, HOST, INVOICES, PRODUCTS

Enums = tuple[tuple[int, str, str | None], ...]
"""Id, value and code of each choice."""


@dataclass(frozen=True, slots=True)
class Field:
    """One custom field."""

    number: int
    name: str
    type: str
    code: str | None = None
    enums: Enums = ()


def _coded(first: int, *codes: str) -> Enums:
    return tuple((first + place, code, code) for place, code in enumerate(codes))


def _named(first: int, *values: str) -> Enums:
    return tuple((first + place, value, None) for place, value in enumerate(values))


_PHONE = Field(
    9002,
    "Телефон",
    "multitext",
    "PHONE",
    _coded(480, "WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER"),
)
_EMAIL = Field(9003, "Email", "multitext", "EMAIL", _coded(490, "WORK", "PRIV", "OTHER"))
_BILL_STATUS: Enums = (
    (701, "Создан", "created"),
    (702, "Оплачен", "paid"),
    (703, "Оплачен частично", "partially_paid"),
    (704, "Предоплата", "paid_in_advance"),
)
FIELDS: Mapping[str, Sequence[Field]] = {
    "companies": (
        _PHONE,
        _EMAIL,
        Field(9011, "ИНН", "text"),
        Field(9012, "КПП", "text"),
        Field(9013, "Сегмент", "select", None, _named(501, "Ключевой", "Средний", "Малый")),
        Field(9014, "Договор до", "date"),
        Field(9015, "Реквизиты", "legal_entity"),
        Field(9016, "Кредитный лимит", "monetary"),
        Field(9017, "Web", "url", "WEB"),
        Field(9018, "Адрес", "textarea", "ADDRESS"),
    ),
    "contacts": (
        Field(9001, "Должность", "text", "POSITION"),
        _PHONE,
        _EMAIL,
        Field(9021, "День рождения", "birthday"),
        Field(9022, "Интересы", "multiselect", None, _named(511, "Кабель", "Насосы", "Сервис")),
        Field(9023, "Рассылка", "checkbox"),
    ),
    "leads": (
        Field(9031, "Номер договора", "text"),
        Field(9032, "Вес, кг", "numeric"),
        Field(9033, "Бюджет клиента", "monetary"),
        Field(9034, "Канал", "select", None, _named(521, "Сайт", "Звонок", "Рекомендация")),
        Field(9035, "Дата отгрузки", "date"),
        Field(9036, "Встреча", "date_time"),
        Field(9037, "Предоплата", "checkbox"),
        Field(9038, "Ссылка на тендер", "url"),
        Field(9039, "Товар", "chained_list"),
        Field(9040, "utm_source", "tracking_data", "UTM_SOURCE"),
    ),
    "customers": (
        Field(9051, "Программа", "select", None, _named(531, "Базовая", "Золотая")),
        Field(9052, "Скидка, %", "numeric"),
    ),
    "customers/segments": (),
    f"catalogs/{PRODUCTS}": (
        Field(9101, "Артикул", "text", "SKU"),
        Field(9102, "Цена", "price", "PRICE"),
    ),
    f"catalogs/{INVOICES}": (
        Field(9111, "Статус", "select", "BILL_STATUS", _BILL_STATUS),
        Field(9112, "Плательщик", "payer", "PAYER"),
        Field(9113, "Позиции", "items", "ITEMS"),
        Field(9114, "Итого к оплате", "numeric", "BILL_PRICE"),
        Field(9115, "Дата оплаты", "date", "BILL_PAYMENT_DATE"),
    ),
}
TYPE_NUMBERS = {
    "text": 1,
    "numeric": 2,
    "checkbox": 3,
    "select": 4,
    "multiselect": 5,
    "date": 6,
    "url": 7,
    "multitext": 8,
    "birthday": 14,
    "legal_entity": 15,
    "items": 16,
    "date_time": 19,
    "monetary": 20,
    "chained_list": 21,
    "tracking_data": 23,
    "payer": 26,
}
"""How events name the types."""
_BY_NUMBER = {field.number: field for fields in FIELDS.values() for field in fields}


def find(noun: str, number: Any, code: Any = None) -> Field | None:
    """The field of a noun by its number, or else by its code."""
    for field in FIELDS.get(noun, ()):
        if field.number == number or (number is None and code and field.code == code):
            return field
    return None


def filled(number: int, *values: Any) -> list[dict[str, Any]]:
    """One field of an object, in a list; no list when there are no values."""
    return [shown(_BY_NUMBER[number], [{"value": value} for value in values])] if values else []


def chosen(number: int, *enums: int) -> list[dict[str, Any]]:
    """A field with these choices."""
    field = _BY_NUMBER[number]
    return [shown(field, [choice(field, enum) for enum in enums])]


def multitext(number: int, kind: str, texts: Iterable[str]) -> list[dict[str, Any]]:
    """Phones or addresses of one kind."""
    field = _BY_NUMBER[number]
    enum = next(id_ for id_, _, code in field.enums if code == kind)
    values = [{"value": text, "enum_id": enum, "enum_code": kind} for text in texts]
    return [shown(field, values)] if values else []


def choice(field: Field, enum: int) -> dict[str, Any]:
    """One choice as a value."""
    id_, value, code = next(found for found in field.enums if found[0] == enum)
    return {"value": value, "enum_id": id_, "enum_code": code}


def shown(field: Field, values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A field with its values as it stands in `custom_fields_values`."""
    return {
        "field_id": field.number,
        "field_name": field.name,
        "field_code": field.code,
        "field_type": field.type,
        "values": list(values),
    }


def definitions(noun: str) -> list[dict[str, Any]]:
    """What `/{noun}/custom_fields` lists."""
    return [_definition(noun, field) for field in FIELDS[noun]]


def _definition(noun: str, field: Field) -> dict[str, Any]:
    enums = [
        {"id": id_, "value": value, "sort": id_} | ({"code": code} if code else {})
        for id_, value, code in field.enums
    ]
    return {
        "id": field.number,
        "name": field.name,
        "type": field.type,
        "account_id": ACCOUNT,
        "code": field.code,
        "sort": field.number,
        "is_api_only": False,
        "enums": enums or None,
        "group_id": None,
        "required_statuses": [],
        "is_deletable": field.code is None,
        "is_predefined": field.code is not None,
        "entity_type": noun.partition("/")[0],
        "is_computed": False,
        "currency": "RUB" if field.type == "monetary" else None,
        "_links": {"self": {"href": f"{HOST}/api/v4/{noun}/custom_fields/{field.number}"}},
    }
