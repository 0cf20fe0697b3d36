"""How the pages speak of the fields of an account, and of their values."""

from datetime import date
from typing import Any

from kam_sync.web.wording.language import Language


def field(language: Language, name: str) -> str:
    """The name of a field."""
    known = {
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


def value(language: Language, said: Any) -> str:
    """A value of a field."""
    return language.day(said) if isinstance(said, date) else str(said)
