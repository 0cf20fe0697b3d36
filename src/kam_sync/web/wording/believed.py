"""How the pages speak of the fields of an account, and of their values."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kam_sync.accounts.merge import FIELDS
from kam_sync.web.wording.language import Language

ALL = "all"
"""In place of a field: all of them."""


def field(language: Language, name: str) -> str:
    """The name of a field."""
    known = {
        ALL: language.gettext("All fields"),
        "name": language.gettext("Name"),
        "inn": language.gettext("INN"),
        "kpp": language.gettext("KPP"),
        "ogrn": language.gettext("OGRN"),
        "website": language.gettext("Web site"),
        "address": language.gettext("Address"),
        "city": language.gettext("City"),
        "segment": language.gettext("Segment"),
        "contract_ends_on": language.gettext("Contract until"),
    }
    return known.get(name, name)


def fields(language: Language, names: Sequence[str]) -> str:
    """The names of several fields."""
    if len(names) == len(FIELDS):
        return field(language, ALL)
    return ", ".join(field(language, name) for name in names)


def order(language: Language, sources: Sequence[str]) -> str:
    """Which source wins, the first one first."""
    if not sources:
        return language.gettext("the latest change")
    said = language.gettext("%(sources)s; otherwise the latest change")
    return said % {"sources": ", ".join(sources)}


def value(language: Language, said: Any) -> str:
    """A value of a field."""
    return language.day(said) if isinstance(said, date) else str(said)
