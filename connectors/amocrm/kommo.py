"""Kommo: what amoCRM is called outside Russia, on hosts of its own and in English."""

from connectors.amocrm.client import AmoCrm
from connectors.kit.door import Door


class Kommo(AmoCrm):
    """One Kommo account: the same API, so the same connector until a difference hurts."""

    kind = "kommo"
    hosts = ("kommo.com",)
    door = Door(
        {"ru": "Kommo", "en": "Kommo"},
        "https://example.kommo.com",
        {
            "ru": "Администратор создаёт в Kommo приватную интеграцию и на вкладке Keys and scopes "
            "долгосрочный токен. Продлить его нельзя; мы предупредим за 30 дней до конца.",
            "en": "An administrator makes a private integration in Kommo and, on its tab Keys and "
            "scopes, a long-lived token. Nobody can renew it; we warn 30 days before its end.",
        },
    )
