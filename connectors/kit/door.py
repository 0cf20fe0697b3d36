"""What a person who connects an account has to know and to give, in Russian and in English."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Said = Mapping[str, str]
"""A text by language: "ru" and "en"."""


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
