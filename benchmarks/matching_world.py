"""Generates companies of five CRMs: each client in one to five of them, written in other ways.

Every name, number and address is invented. There are clients with one name, branches under one INN,
phones of call centres that many share, and records without any number.
"""

import random
from collections.abc import Iterator

from anyascii import anyascii

import connectors as gate

SOURCES = 5
_SEED = 20261128
_SYLLABLES = (
    "ра", "ми", "ло", "ве", "та", "ко", "ни", "су", "ба", "ле", "до", "мо", "ка", "ви", "ро",
    "сте", "на", "ли", "го", "ше",
)  # fmt: skip
_ENDINGS = "нрслткмв"
_POPULAR = (
    "Ромашка", "Вектор", "Альянс", "Гарант", "Прогресс", "Восток", "Север", "Меридиан",
    "Империал", "Капитал",
)  # fmt: skip
_LINES = (
    "Торг", "Пром", "Сервис", "Снаб", "Трейд", "Маркет", "Строй", "Логистик", "Агро", "Мед",
    "Авто", "Дент",
)  # fmt: skip
_FORMS = ("ООО", "ООО", "ООО", "АО", "ПАО", "ИП")
_CITIES = ("Москва", "Самара", "Казань", "Пермь", "Омск", "Тула", "Уфа", "Сочи")
_CALL_CENTRES = 200


def companies(count: int) -> Iterator[tuple[int, gate.Company]]:
    """So many companies, each with the number of its source, clients in any order."""
    rng = random.Random(_SEED)
    made = client = 0
    while made < count:
        client += 1
        name, inn, phone = _name(rng), _inn(rng), f"+7{rng.randrange(900_000_0000, 999_999_9999)}"
        branch = rng.random() < 0.05
        for source in rng.sample(range(SOURCES), rng.choice((1, 1, 2, 2, 3, 5))):
            if made == count:
                return
            made += 1
            yield source, _company(rng, made, name, inn, (client, phone, branch))


def _company(
    rng: random.Random, number: int, name: str, inn: str, of: tuple[int, str, bool]
) -> gate.Company:
    client, phone, branch = of
    if rng.random() < 0.02:
        phone = f"+78{rng.randrange(_CALL_CENTRES):09}"
    has_inn = rng.random() < 0.6
    kpp = f"{inn[:4]}01001" if not branch else f"{inn[:4]}{rng.choice('01')}2001"
    host = f"{anyascii(name.split(maxsplit=1)[0]).lower()}{client}.ru"
    return gate.Company(
        f"c{number}", _written(rng, name), inn=inn if has_inn else None,
        kpp=kpp if has_inn and rng.random() < 0.5 else None,
        phones=(phone,) if rng.random() < 0.6 else (),
        emails=(f"info@{host}",) if rng.random() < 0.3 else (),
        website=host if rng.random() < 0.3 else None,
    )  # fmt: skip


def _name(rng: random.Random) -> str:
    if rng.random() < 0.05:
        return rng.choice(_POPULAR) + rng.choice(("", " " + rng.choice(_LINES)))
    root = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 3)))) + rng.choice(_ENDINGS)
    return root.capitalize() + rng.choice(("", f" {rng.choice(_LINES)}", f"-{rng.choice(_LINES)}"))


def _written(rng: random.Random, name: str) -> str:
    """A name as one of many people writes it."""
    form = rng.choice(_FORMS)
    if rng.random() < 0.1:
        at = rng.randrange(1, len(name) - 1)
        name = name[:at] + name[at + 1 :]
    ways = (
        f"{form} «{name}»", f'{form} "{name}"', f"{name}, {form}", name, name.upper(),
        f"{name} {form} ({rng.choice(_CITIES)})", f"{anyascii(name)} LLC",
    )  # fmt: skip
    return rng.choice(ways)


def _inn(rng: random.Random) -> str:
    """A number of a legal entity with its check digit."""
    digits = [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(8))]
    weighed = sum(a * b for a, b in zip(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True))
    return "".join(map(str, [*digits, weighed % 11 % 10]))
