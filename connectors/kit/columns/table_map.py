"""The mapping of one table: which column holds what; people keep and edit it as YAML."""

from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from connectors.kit.columns.clients import Client
from connectors.kit.columns.tables import Table, table_named
from connectors.kit.door import Spoken
from connectors.kit.options import ZoneName
from connectors.kit.records import Noun
from connectors.kit.rule import Currency, DecimalSign, Rule
from connectors.kit.rules import EntityRules
from connectors.kit.shapes import NEEDED, shapes
from connectors.kit.wrongs import Wrong, sentences, several

Period = Literal["month", "quarter", "year"]
UNPAID = Rule(value="created")
"""The state of a bill of which nothing else is said."""
_MONEY = frozenset(
    {"amount", "target", "spent", "cost", "overdue", "paid_amount", "credit_limit", "rebate_steps"}
)
_CLIENTS = frozenset({"company", "company_external_id", "payer", "payer_external_id"})


class TableMap(BaseModel):
    """Which column of a table holds what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    client: Client = Client()
    """The columns that name the client; in a table of companies they name the company itself."""
    key: list[str] = []
    """What tells a row from all others: fields, `client`, or columns. Empty: its whole content."""
    period: Period | None = None
    """Where only its first day is given: how long it is."""
    fields: dict[str, Rule] = {}
    currency: Currency | None = None
    zone: ZoneName = "Europe/Moscow"
    decimal: DecimalSign | None = None

    @field_validator("table")
    @classmethod
    def _is_one(cls, name: str) -> str:
        try:
            return table_named(name).name
        except KeyError as error:
            said = f"there is no table {name!r}", f"таблицы {name!r} нет"
            raise ValueError(Spoken(*said)) from error

    @model_validator(mode="after")
    def _can_be_followed(self) -> "TableMap":
        """Raise for rules that make no record of any row."""
        if taken := _CLIENTS & self.fields.keys():
            raise ValueError(
                Spoken(
                    f"{min(taken)}: say by `client` whose a row is",
                    f"{min(taken)}: чья строка, говорит `client`",
                )
            )
        if self.what.needs_client and not self.client.columns:
            raise ValueError(
                Spoken(
                    "client: no column says whose a row is (client.inn, client.name ...)",
                    "client: ни одна колонка не говорит, чья строка (client.inn, client.name ...)",
                )
            )
        try:
            _ = self.rules
        except ValidationError as error:
            raise several(sentences(error, EntityRules)) from error
        return self

    @cached_property
    def what(self) -> Table:
        """The table that it is of."""
        return table_named(self.table)

    @cached_property
    def rules(self) -> EntityRules:
        """How a row is read, but for whose it is."""
        return EntityRules(
            noun=self.what.noun,
            fields={**self._implied, **self.fields},
            zone=self.zone,
            currency=self.currency if self._is_in_money else None,
            decimal=self.decimal,
        )

    @property
    def columns(self) -> list[str]:
        """Every column that it reads, but for those that only may be there."""
        named = [rule.columns[0] for rule in self.fields.values() if len(rule.columns) == 1]
        keys = [one for one in self.key if one != "client" and one not in shapes(self.what.noun)]
        return list(dict.fromkeys([*self.client.columns, *named, *keys]))

    @property
    def is_weak(self) -> bool:
        """Whether a row is known by nothing but its whole content: a corrected one is another."""
        return not self.key and self.what.noun is not Noun.COMPANY

    @property
    def misread(self) -> list[Wrong]:
        """The days that it reads as months, where a row is about a day and no period."""
        said = Spoken(
            "a day is needed, and this is read as a month: take `as: month` out",
            "нужен день, а читается месяц: уберите `as: month`",
        )
        read = (name for name, rule in self.fields.items() if rule.as_ == "month")
        return [] if self.what.has_period else [(("fields", name, "as"), said) for name in read]

    def as_document(self) -> dict[str, Any]:
        """As people read and write it."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @property
    def _is_in_money(self) -> bool:
        known = shapes(self.what.noun)
        needs = "currency" in known and known["currency"].default is NEEDED
        return needs or bool(_MONEY & self.fields.keys())

    @property
    def _implied(self) -> dict[str, Rule]:
        """What nobody has to say: the name of a company is what names it, a bill is not paid."""
        if self.what.noun is Noun.INVOICE:
            return {"status": UNPAID}
        if self.what.noun is not Noun.COMPANY:
            return {}
        parts = {"name": self.client.name, "inn": self.client.inn, "kpp": self.client.kpp}
        return {name: Rule.model_validate({"from": col}) for name, col in parts.items() if col}
