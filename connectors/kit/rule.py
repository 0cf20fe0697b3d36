"""One rule of a mapping: which column a field comes from, and how it is read."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.functional_validators import AfterValidator

from connectors.kit import pick
from connectors.kit.door import Spoken
from connectors.kit.errors import BadRecord
from connectors.kit.options import ZoneName
from connectors.kit.records import Noun

Way = Literal[
    "text", "html_text", "int", "decimal", "money", "bool", "date", "datetime",
    "month", "code", "codes_joined", "ref", "phone", "email", "inn",
    "rebate_steps", "goal",
]  # fmt: skip
"""How a value is read."""


def _texts(given: Any) -> Any:
    """Codes are texts: 142 and true are codes, too."""
    if not isinstance(given, Mapping):
        return given
    return {_said(key): _said(value) for key, value in given.items()}


def _said(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value


def _known_currency(code: str) -> str:
    try:
        return pick.currency(code)
    except BadRecord as error:
        said = Spoken(str(error), f"{code!r}: такого кода валюты нет (ISO 4217: RUB, USD ...)")
        raise ValueError(said) from error


Codes = Annotated[dict[str, str], BeforeValidator(_texts)]
Currency = Annotated[str, AfterValidator(_known_currency)]
DecimalSign = Literal[",", "."]


class Rule(BaseModel):
    """How one field is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: str | list[str] | None = Field(default=None, alias="from")
    """The column: its literal name first, then a dotted path, where `*` stands for each item of a
    list. Of several columns, the first that is not empty."""
    as_: Way | None = Field(default=None, alias="as")
    """How it is read; where nothing is said, as the field needs it."""
    value: str | int | bool | None = None
    """A constant; beside `from`, what stands in where that is empty."""
    codes: Codes = {}
    """What the CRM says -> what we say, in small or capital letters; "*" for all others."""
    names: Codes = {}
    """Of stages and pipelines: code -> the name that people see."""
    currency: Currency | None = None
    """Of an amount."""
    zone: ZoneName | None = None
    """Of times without one."""
    format: str | None = None
    """Of times that are written in an uncommon way, as for strptime: "%d/%m/%Y %H:%M"."""
    decimal: DecimalSign | None = None
    """The sign before the parts of a whole number, where it is not plain."""
    entity: Noun | None = None
    """What a reference points to."""
    match: list[str] = ["id"]
    """Where in the object of a reference its id is; the first that is there."""

    @model_validator(mode="after")
    def _says_something(self) -> "Rule":
        if not self.columns and self.value is None:
            raise ValueError(
                Spoken(
                    "say where it comes from (from: COLUMN) or what it is (value: ...)",
                    "скажите, откуда это взять (from: КОЛОНКА) или чему оно равно (value: ...)",
                )
            )
        return self

    @property
    def columns(self) -> list[str]:
        """Where it may come from."""
        found = [self.from_] if isinstance(self.from_, str) else list(self.from_ or ())
        return [column for column in found if column]
