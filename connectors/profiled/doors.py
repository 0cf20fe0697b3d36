"""What a person has to know who connects a CRM by a profile."""

from connectors.kit.door import Asked, Door

_PROFILE = Asked(
    "profile",
    {"ru": "Профиль", "en": "Profile"},
    {
        "ru": "Текст профиля в YAML; с чего начать, печатает команда kam-sync source profile.",
        "en": "The text of the profile in YAML; kam-sync source profile prints one to start from.",
    },
    is_long=True,
)
_SECRETS = {
    "ru": 'Секреты профиля: токен или объект JSON, например {"username": "...", '
    '"password": "..."}.',
    "en": 'The secrets of the profile: a token, or an object in JSON, such as {"username": "...", '
    '"password": "..."}.',
}
SBERCRM = Door(
    {"ru": "SberCRM (опытный)", "en": "SberCRM (experimental)"},
    "https://app.sbercrm.com",
    _SECRETS,
    (_PROFILE,),
)
GENERIC = Door(
    {"ru": "Другая CRM, по профилю", "en": "Another CRM, by a profile"},
    "https://crm.example.com",
    _SECRETS,
    (_PROFILE,),
)
