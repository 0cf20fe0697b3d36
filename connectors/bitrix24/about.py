"""How a portal is connected, and what it says of itself."""

from typing import Any

from connectors.bitrix24.calling import Portal, command
from connectors.bitrix24.entities import DEAL
from connectors.kit import pick
from connectors.kit.contract import About
from connectors.kit.door import Asked, Door

DOOR = Door(
    {"ru": "Битрикс24", "en": "Bitrix24"},
    "https://example.bitrix24.ru",
    {
        "ru": "Администратор создаёт входящий вебхук (Разработчикам → Другое → Входящий "
        "вебхук) с правами crm, task, user, department и копирует его адрес целиком.",
        "en": "An administrator makes an incoming webhook (Developer resources → Other → "
        "Inbound webhook) with the scopes crm, task, user, department and copies its whole "
        "address.",
    },
    (
        Asked(
            "hook_token",
            {"ru": "Токен исходящего вебхука", "en": "Token of the outbound webhook"},
            {
                "ru": "Если задан, вызовы без него не читаются.",
                "en": "Where it is given, calls without it are not read.",
            },
            is_secret=True,
        ),
        Asked(
            "leads",
            {"ru": "Лиды", "en": "Leads"},
            {
                "ru": "Если читать, лиды станут сделками отдельной воронки; лид, из которого "
                "сделана сделка, дважды не считается.",
                "en": "If they are read, leads are deals of a pipeline of their own; one that a "
                "deal was made of does not count twice.",
            },
            default="no",
            choices={
                "no": {"ru": "Не читать", "en": "Leave them out"},
                "yes": {"ru": "Читать", "en": "Read them"},
            },
        ),
    ),
)

_NOT_ADMIN = (
    "the webhook or app is not an administrator's: what its user may not see is not read, and "
    "whether something was deleted cannot be told; connect as an administrator"
)
_IGNORED = (
    "the portal ignores the filter by time: each pull reads all rows, which is slow; tell "
    "Bitrix24's support"
)
_FAR = "2190-01-01T00:00:00+00:00"
_DATES = {"iso": _FAR, "plain": _FAR[:19].replace("T", " ")}
"""How a time may be written in a filter: some portals are said to pass over the first one."""


def about(portal: Portal, account: str) -> About:
    """Who the portal is, in what it counts, and whether it keeps to filters.

    Args:
        account: what it was called before it was renamed; empty where it was not.
    """
    asked = {"me": "profile?", "money": "crm.currency.list?"}
    late = {how: command("crm.item.list", _late(said)) for how, said in _DATES.items()}
    results, errors = portal.batch(asked | late)
    if "me" in errors:
        portal.fail(errors["me"])
    kept = [how for how in _DATES if how in errors or _is_empty(results.get(how))]
    is_admin = pick.one(results, "me").get("ADMIN") is True
    facts = {
        "currency": _base(results.get("money")),
        "is_admin": "yes" if is_admin else "no",
        "dates": kept[0] if kept else None,
    }
    warnings = ([] if is_admin else [_NOT_ADMIN]) + ([] if kept else [_IGNORED])
    return About(
        account=account or portal.host,
        name=portal.host,
        facts={key: value for key, value in facts.items() if value},
        warnings=tuple(warnings),
    )


def _late(said: str) -> dict[str, Any]:
    """Asks for deals that were changed far in the future: who has some ignores the filter."""
    asked = {"filter": {">=updatedTime": said}, "select": ["id"], "start": -1}
    return {"entityTypeId": DEAL.type, **asked}


def _base(currencies: Any) -> str | None:
    """The currency that the portal counts in."""
    rows = currencies if isinstance(currencies, list) else []
    base = [one for one in rows if isinstance(one, dict) and one.get("BASE") == "Y"]
    return str(base[0].get("CURRENCY")) if base else None


def _is_empty(result: Any) -> bool:
    return isinstance(result, dict) and result.get("items") == []
