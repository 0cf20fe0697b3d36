"""Custom fields as webhooks write them: another encoding for almost every type."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_LOCAL = ZoneInfo("Europe/Moscow")
_PLAIN = frozenset({"text", "textarea", "numeric", "url", "streetaddress"})


def custom_fields(row: Mapping[str, Any], *, bare: bool = False) -> list[dict[str, Any]]:
    """Filled fields only: one that was cleared is simply absent. `bare`: texts without a key."""
    return [_field(value, bare=bare) for value in row.get("custom_fields_values") or []]


def _field(field: Mapping[str, Any], *, bare: bool) -> dict[str, Any]:
    code = {"code": field["field_code"]} if field.get("field_code") else {}
    about = {"id": field["field_id"], "name": field.get("field_name"), **code}
    return about | {"values": _values(field["field_type"], field.get("values") or [], bare=bare)}


def _values(kind: str, values: list[dict[str, Any]], *, bare: bool) -> Any:
    match kind:
        case "date" | "date_time":
            return [value["value"] for value in values]
        case "radiobutton":  # the only one without an index
            return _with_enum(values[0]) if values else []
        case "birthday":
            return [{"value": _day(value["value"])} for value in values]
        case _ if bare and kind in _PLAIN:
            return [value["value"] for value in values]
        case _:
            return [_with_enum(value) for value in values]


def _with_enum(value: Mapping[str, Any]) -> dict[str, Any]:
    if "value" not in value:  # a chained list has only ids
        return dict(value)
    enum = {"enum": value["enum_id"]} if value.get("enum_id") else {}
    return {"value": value["value"], **enum}


def _day(value: Any) -> str:
    """Midnight in the account, as people write it."""
    return f"{datetime.fromtimestamp(value, _LOCAL):%d.%m.%Y}" if isinstance(value, int) else value
