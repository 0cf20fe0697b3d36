"""What a person has to know who connects a CRM by a profile."""

from connectors.kit.door import Asked, Door
from connectors.profiled import reading

_LABEL = {"ru": "Профиль", "en": "Profile"}
_HINT = {
    "ru": "Как читать эту CRM. В поле то, с чего начать: docs/profiles.md и docs/sbercrm.md.",
    "en": "How this CRM is read. Start from what is there: docs/profiles.md, docs/sbercrm.md.",
}
_SECRETS = {
    "ru": 'Секреты профиля: токен или объект JSON, например {"username": "...", '
    '"password": "..."}.',
    "en": 'The secrets of the profile: a token, or an object in JSON, such as {"username": "...", '
    '"password": "..."}.',
}


def _profile(kind: str) -> Asked:
    """The profile, with the shipped one to change."""
    return Asked("profile", _LABEL, _HINT, default=reading.shipped(kind), is_long=True)


SBERCRM = Door(
    {"ru": "SberCRM (опытный)", "en": "SberCRM (experimental)"},
    "https://app.sbercrm.com",
    _SECRETS,
    (_profile("sbercrm"),),
)
GENERIC = Door(
    {"ru": "Другая CRM, по профилю", "en": "Another CRM, by a profile"},
    "https://crm.example.com",
    _SECRETS,
    (_profile("generic"),),
)
