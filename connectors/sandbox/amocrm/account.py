"""The made-up amoCRM account: its identity, its links, and what GET /account says."""

from typing import Any

HOST = "https://demo.amocrm.ru"
ACCOUNT = 30_000_001
PRODUCTS, INVOICES = 1001, 1002
"""The two catalogs."""
GROUP = {"id": 0, "name": "Отдел продаж", "uuid": "00000000-0000-4000-8000-000000000002"}
"""The one group of users, which every account has."""
_SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€"}


def link(noun: str, id_: int) -> dict[str, Any]:
    """`_links` of one object; always on the canonical host, so that bodies never differ."""
    return {"self": {"href": f"{HOST}/api/v4/{noun}/{id_}"}}


_ABROAD = {
    "date_pattern": "m/d/Y H:i",
    "short_date_pattern": "m/d/Y",
    "date_format": "m/d/Y",
    "timezone": "America/New_York",
    "timezone_offset": "-05:00",
}


def account(
    current_user: int, currency: str, *, api_filter: bool, customers: str, wanted: set[str]
) -> Any:
    """The account, with the optional parts that were asked for."""
    embedded = {key: value for key, value in _embedded().items() if key in wanted}
    extra = {
        "amojo_id": "00000000-0000-4000-8000-000000000001",
        "version": 9,
        "drive_url": "https://drive-b.amocrm.ru",
        "is_api_filter_enabled": api_filter,
        "invoices_settings": {"lang": "ru", "invoices_catalog_id": INVOICES},
    }
    body: dict[str, Any] = {
        "id": ACCOUNT,
        "name": "Песочница",
        "subdomain": "demo",
        "created_at": 1_600_000_000,
        "created_by": 0,
        "updated_at": 1_600_000_000,
        "updated_by": 0,
        "current_user_id": current_user,
        "country": "RU",
        "currency": currency,
        "currency_symbol": _SYMBOLS.get(currency, currency),
        "customers_mode": customers,
        "is_unsorted_on": True,
        "is_loss_reason_enabled": True,
        "is_helpbot_enabled": False,
        "is_technical_account": False,
        "contact_name_display_order": 1,
        **{key: value for key, value in extra.items() if key in wanted},
        "_links": {"self": {"href": f"{HOST}/api/v4/account"}},
    }
    return body | ({"_embedded": embedded} if embedded else {})


def _embedded() -> dict[str, Any]:
    return {
        "users_groups": [GROUP],
        "task_types": [
            {"id": 1, "name": "Связаться", "color": None, "icon_id": None, "code": "FOLLOW_UP"},
            {"id": 2, "name": "Встреча", "color": None, "icon_id": None, "code": "MEETING"},
        ],
        "datetime_settings": {
            "date_pattern": "d.m.Y H:i",
            "short_date_pattern": "d.m.Y",
            "short_time_pattern": "H:i",
            "date_format": "d.m.Y",
            "time_format": "H:i:s",
            "timezone": "Europe/Moscow",
            "timezone_offset": "+03:00",
        },
    }


def abroad(body: Any) -> Any:
    """The account as one of Kommo."""
    body |= {"name": "Sandbox", "country": "US"}
    embedded = body.get("_embedded", {})
    if "datetime_settings" in embedded:
        embedded["datetime_settings"] |= _ABROAD
    return body
