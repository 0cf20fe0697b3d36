"""What a person who connects an account has to know and to give, in Russian and in English.

What is wrong with what they gave is a `Spoken` text: English for logs, programs and messages, with
the same in Russian beside it, so that each is written where it is found out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

Said = Mapping[str, str]
"""A text by language: "ru" and "en"."""


class Spoken(str):
    """An English text that knows itself in Russian."""

    __slots__ = ("ru",)
    ru: str

    def __new__(cls, en: str, ru: str) -> Self:
        """Both say the same."""
        made = super().__new__(cls, en)
        made.ru = ru
        return made


def spoken(error: Exception, language: str) -> str:
    """What an error says, in Russian ("ru") where it is known in it, else in English."""
    text = error.args[0] if error.args else str(error)
    return text.ru if language == "ru" and isinstance(text, Spoken) else str(text)


def behind(place: str, error: Exception) -> Spoken:
    """What an error says, behind the place that it is about."""
    known = place.ru if isinstance(place, Spoken) else place
    return Spoken(f"{place}{error}", f"{known}{spoken(error, 'ru')}")


@dataclass(frozen=True, slots=True)
class Asked:
    """An option that a person is asked for when they connect an account (`--set name=...`)."""

    name: str
    label: Said
    hint: Said = field(default_factory=dict)
    default: str = ""
    choices: Mapping[str, Said] = field(default_factory=dict)
    """Value -> how it is called; empty where anything may be typed."""
    is_long: bool = False
    """It takes many lines."""
    is_secret: bool = False
    """It is never shown again."""


@dataclass(frozen=True, slots=True)
class Door:
    """How the accounts of one kind are connected."""

    title: Said
    address: str
    """An example of an account's address."""
    token: Said
    """What the token is and where an administrator of the CRM gets it, in a sentence or two."""
    asks: tuple[Asked, ...] = ()

    @classmethod
    def plain(cls, kind: str) -> "Door":
        """That of a kind which says nothing of itself."""
        said = {"ru": "Токен доступа к API.", "en": "A token of its API."}
        return cls({"ru": kind, "en": kind}, "https://crm.example.com", said)
