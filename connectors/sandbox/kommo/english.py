"""A made-up world in English: the same people, companies and sales, with names for abroad."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from connectors.sandbox import vocabulary
from connectors.sandbox.entities import (
    Company,
    Contact,
    Customer,
    Deal,
    Invoice,
    LossReason,
    Note,
    Pipeline,
    Product,
    Purchase,
    Stage,
    Task,
    Truth,
    User,
    World,
)

_ENGLISH: Mapping[tuple[str, ...], str] = {
    ("Продажи", "Сервис", "Успешно реализовано", "Закрыто и не реализовано"): (
        "Sales|Service|Closed - won|Closed - lost"
    ),
    ("Первичный контакт", "Выявление потребности", "Коммерческое предложение",
     "Согласование договора"): "Initial contact|Discussions|Offer made|Contract discussion",
    ("Заявка принята", "Диагностика", "Согласование сметы", "Работы выполняются"): (
        "Request accepted|Diagnosis|Estimate approval|Work in progress"
    ),
    vocabulary.POSITIONS: (
        "Director|Managing director|Purchasing manager|Head of supply|Chief engineer|Accountant|"
        "Commercial director|Buyer"
    ),
    vocabulary.GOODS: (
        "Cable supply|Pump supply|Switchboards|Batch of lamps|Boiler automation|Valves|"
        "Ventilation units|Set of sensors|Electric motors|Consumables"
    ),
    vocabulary.SERVICES: (
        "Scheduled maintenance|Equipment repair|Commissioning|Engineer visit|"
        "Service contract renewal"
    ),
    vocabulary.TODO: (
        "Call back about the offer|Ask for delivery dates|Send the contract to be signed|"
        "Agree on a discount|Remind of the invoice|Arrange a meeting"
    ),
    vocabulary.RESULTS: "Done|The client has confirmed|To call later|Documents are sent",
    vocabulary.LOSS_REASONS: "Too expensive|Chose a competitor|No longer needed|Too slow",
    vocabulary.DEAL_TAGS: "tender|urgent|wholesale|new site",
    tuple(name for name, _ in vocabulary.PRODUCTS): (
        "Power cable, 100 m|Circulation pump|Switchboard|Industrial lamp|Boiler controller|"
        "Steel valve|Ventilation unit|Pressure sensor|Electric motor 7.5 kW|Engineer visit"
    ),
    vocabulary.REMARKS: (
        "Asks for a discount on volume|Waits for the budget|Offer sent, answer next week|"
        "Certificates are needed|On holiday, we write to the deputy"
    ),
    ("ключевой клиент", "ООО", "АО", "ПАО"): "key client|LLC|JSC|PLC",
}  # fmt: skip
_WORDS = {
    russian: english
    for names, said in _ENGLISH.items()
    for russian, english in zip(names, said.split("|"), strict=True)
}
_RUSSIAN = re.compile("[А-Яа-яЁё]+")


def english(text: str) -> str:
    """In English where we know how, else in Latin letters."""
    if text.isascii():
        return text
    goods, mark, number = text.partition(" № ")
    if mark:
        return f"{english(goods)} #{number}"
    return _WORDS.get(text) or _RUSSIAN.sub(_word, text).replace("«", "").replace("»", "")


class EnglishWorld:
    """Another world, spoken of in English; its prices are dollars."""

    currency = "USD"

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def today(self) -> date:
        """The day at whose start everything known has happened."""
        return self._world.today

    @property
    def slug(self) -> str:
        """A short name of what this is."""
        return f"{self._world.slug}-english"

    @property
    def users(self) -> Sequence[User]:
        """Everyone."""
        return [replace(one, name=english(one.name)) for one in self._world.users]

    @property
    def pipelines(self) -> Sequence[Pipeline]:
        """All pipelines."""
        return [
            Pipeline(
                line.number,
                english(line.name),
                tuple(Stage(stage.number, english(stage.name)) for stage in line.stages),
            )
            for line in self._world.pipelines
        ]

    @property
    def loss_reasons(self) -> Sequence[LossReason]:
        """Why deals may be lost."""
        return [replace(one, name=english(one.name)) for one in self._world.loss_reasons]

    @property
    def products(self) -> Sequence[Product]:
        """What is sold."""
        return [replace(one, name=english(one.name)) for one in self._world.products]

    def companies(self) -> Iterator[Company]:
        """All companies; none has a Russian tax number."""
        return map(_company, self._world.companies())

    def contacts(self) -> Iterator[Contact]:
        """All people."""
        for one in self._world.contacts():
            yield replace(
                one,
                name=english(one.name),
                first_name=english(one.first_name),
                last_name=english(one.last_name),
                position=one.position and english(one.position),
            )

    def deals(self) -> Iterator[Deal]:
        """All deals."""
        for one in self._world.deals():
            yield replace(one, name=english(one.name), tags=tuple(map(english, one.tags)))

    def tasks(self) -> Iterator[Task]:
        """All tasks."""
        for one in self._world.tasks():
            yield replace(one, text=english(one.text), result=one.result and english(one.result))

    def notes(self) -> Iterator[Note]:
        """Remarks and calls."""
        return (replace(one, text=english(one.text)) for one in self._world.notes())

    def customers(self) -> Iterator[Customer]:
        """Those who buy again and again."""
        return (replace(one, name=english(one.name)) for one in self._world.customers())

    def purchases(self) -> Iterator[Purchase]:
        """What they have bought."""
        return (replace(one, text=english(one.text)) for one in self._world.purchases())

    def invoices(self) -> Iterator[Invoice]:
        """What was asked to be paid."""
        return (replace(one, payer=_company(one.payer)) for one in self._world.invoices())

    def truth(self) -> list[Truth]:
        """Which companies really changed."""
        return [replace(one, name=english(one.name)) for one in self._world.truth()]


def _company(one: Company) -> Company:
    tags = tuple(map(english, one.tags))
    address = english(one.address) if one.address else None
    return replace(one, name=english(one.name), inn=None, kpp=None, tags=tags, address=address)


def _word(found: re.Match[str]) -> str:
    word = found[0]
    said = _WORDS.get(word) or vocabulary.latin(word)
    return said if word in _WORDS or word[0].islower() else said.capitalize()
