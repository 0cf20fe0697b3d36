"""Words that names of companies share: legal forms, kinds of business, and what is added freely.

Each is written as people write it; `names` folds them as it folds names.
"""

from collections.abc import Mapping
from types import MappingProxyType


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ООО": ("общество с ограниченной ответственностью", "ооо", "ooo", "o o o", "тоо"),
        "ПАО": ("публичное акционерное общество", "пао", "pjsc"),
        "ОАО": ("открытое акционерное общество", "оао", "ojsc"),
        "ЗАО": ("закрытое акционерное общество", "зао", "cjsc"),
        "НАО": ("непубличное акционерное общество", "нао"),
        "АО": ("акционерное общество", "ао", "jsc"),
        "ИП": ("индивидуальный предприниматель", "ип", "ip", "чп"),
        "ГУП": ("государственное унитарное предприятие", "гуп", "фгуп", "муп"),
        "LLC": ("limited liability company", "l l c", "llc"),
        "Ltd": ("private limited", "limited", "ltd", "ltda", "pte", "pty"),
        "Inc": ("incorporated", "inc"),
        "Corp": ("corporation", "corp"),
        "Co": ("company", "co", "cos"),
        "PLC": ("public limited company", "plc", "p l c"),
        "LP": ("limited partnership", "l p", "lp", "llp"),
        "SA": ("s a", "sa", "s a b de c v", "sab de cv", "sa de cv"),
        "NV": ("n v", "nv", "b v", "bv"),
        "AG": ("ag", "gmbh", "kg", "se"),
        "SpA": ("s p a", "spa", "srl"),
        "AB": ("ab", "asa", "oyj", "publ"),
        "Tbk": ("tbk",),
    }
)
"""By the form that we show. A form says little: who writes a name takes the wrong one often."""
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "тд": ("торговый дом", "т д"),
        "тк": ("торговая компания", "т к"),
        "по": ("производственное объединение", "п о"),
        "пк": ("производственная компания", "п к"),
        "нпп": ("научно производственное предприятие", "н п п"),
        "нпо": ("научно производственное объединение", "н п о"),
        "гк": ("группа компаний", "г к"),
        "ук": ("управляющая компания", "у к"),
        "ск": ("строительная компания", "с к"),
        "мк": ("мясокомбинат",),
        "ас": ("аптечная сеть",),
        "см": ("сеть магазинов",),
        "завод": ("завод",),
        "комбинат": ("комбинат",),
        "фабрика": ("фабрика",),
        "компания": ("компания", "фирма", "предприятие"),
    }
)
"""Kinds of business by their abbreviation: left out as often as written."""
FREE = _words(
    "group holdings holding hldgs grp global international intl the new and of worldwide "
    "technologies technology enterprises industries systems solutions services partners "
    "common stock ord ordinary share shares class american depository depositary adr ads "
    "units sponsored номинал групп группа холдинг холдингс россия рус"
)
"""Words that one writes and another leaves out."""
CITIES: Mapping[str, str] = MappingProxyType(
    {
        "мск": "Москва",
        "Moscow": "Москва",
        "спб": "Санкт-Петербург",
        "Петербург": "Санкт-Петербург",
        "Saint Petersburg": "Санкт-Петербург",
        "Rostov-on-Don": "Ростов-на-Дону",
        "екб": "Екатеринбург",
    }
)
"""Other names of cities that no folding makes one."""
FREE_MAIL = _words(
    "mail.ru bk.ru list.ru inbox.ru internet.ru yandex.ru ya.ru yandex.com yandex.by yandex.kz "
    "gmail.com googlemail.com rambler.ru lenta.ru autorambler.ru outlook.com hotmail.com live.com "
    "icloud.com me.com yahoo.com proton.me protonmail.com aol.com gmx.com vk.com "
    "sberbank.ru nic.ru tut.by ukr.net pochta.ru"
)
"""Mail that anybody may have: sharing its domain says nothing."""
SITES_OF_OTHERS = _words(
    "vk.com t.me ok.ru facebook.com instagram.com youtube.com wa.me avito.ru 2gis.ru taplink.cc "
    "hh.ru yandex.ru google.com linkedin.com tilda.ws wixsite.com"
)
"""Sites where many firms have a page of their own."""
