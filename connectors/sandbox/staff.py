"""The people and pipelines of the made-up company that does the selling."""

from collections.abc import Sequence
from random import Random

from connectors.sandbox import names
from connectors.sandbox.entities import LOST, WON, Pipeline, Stage, User

_FIRST_USER = 701
_WON_NAME, _LOST_NAME = "Успешно реализовано", "Закрыто и не реализовано"


def _pipeline(number: int, name: str, first: int, stages: Sequence[str]) -> Pipeline:
    opened = tuple(Stage(first + place, stage) for place, stage in enumerate(stages))
    return Pipeline(number, name, (*opened, Stage(WON, _WON_NAME), Stage(LOST, _LOST_NAME)))


PIPELINES = (
    _pipeline(
        3300,
        "Продажи",
        4401,
        (
            "Первичный контакт",
            "Выявление потребности",
            "Коммерческое предложение",
            "Согласование договора",
        ),
    ),
    _pipeline(
        3310,
        "Сервис",
        4501,
        ("Заявка принята", "Диагностика", "Согласование сметы", "Работы выполняются"),
    ),
)


def staff(seed: int, size: int) -> tuple[User, ...]:
    """The administrator, enough managers for that many customers, and one who has left."""
    dice = Random(f"{seed}:staff")
    count = min(6 + size // 50, 30)
    people = [names.person(dice) for _ in range(count)]
    return tuple(
        User(
            number=_FIRST_USER + place,
            name=f"{who.first} {who.last}",
            email=f"{who.mailbox}{place or ''}@sandbox.example",
            is_admin=place == 0,
            is_active=place < count - 1,
        )
        for place, who in enumerate(people)
    )


def owner(users: Sequence[User], index: int) -> int:
    """Whose customer it is: one of the managers who still work here."""
    return users[1 + index % (len(users) - 2)].number
