"""Whose a row is: the client that it names by an id, by its INN, or by nothing but a name."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel, ConfigDict
from stdnum.ru import inn as inn_number

from connectors.kit import values
from connectors.kit.door import Spoken, behind
from connectors.kit.errors import BadRecord
from connectors.kit.records import Company, Noun, RawRecord

_DIGITS = re.compile(r"\d{8,14}")
_QUOTES = re.compile("[\"'«»„“”]")
_LONGEST = 150
_MARKED = "client"


class Client(BaseModel):
    """The columns that name the client."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = None
    inn: str | None = None
    """It may hold the KPP, too: 7707083893/770701001."""
    kpp: str | None = None
    name: str | None = None

    @property
    def columns(self) -> list[str]:
        """Those that are named."""
        return [column for column in (self.id, self.inn, self.kpp, self.name) if column]

    def read(self, row: Mapping[str, Any]) -> dict[str, str]:
        """What the row says of the client; empty when it names none. Raises BadRecord."""
        try:
            inn, kpp = _numbers(_held(row, self.inn), _held(row, self.kpp))
            said = {
                "id": values.identifier(_held(row, self.id)),
                "inn": inn,
                "kpp": kpp,
                "name": values.text(_held(row, self.name)),
            }
        except BadRecord as error:
            where = Spoken(
                f"client (from {' or '.join(self.columns)}): ",
                f"client (колонка {' или '.join(self.columns)}): ",
            )
            raise BadRecord(behind(where, error)) from error
        named = {name: value for name, value in said.items() if value}
        return named if named.keys() != {"kpp"} else {}


GIVEN = Client(id="id", inn="inn", kpp="kpp", name="name")
"""As programs name a client."""


def key_of(client: Mapping[str, str]) -> str | None:
    """Under which id the client is kept: what is surest of what is known of it."""
    if "id" in client:
        return f"id:{_short(client['id'])}"
    if "inn" in client:
        branch = f"/kpp:{client['kpp']}" if "kpp" in client else ""
        return f"inn:{client['inn']}{branch}"
    if "name" in client:
        return f"name:{_short(' '.join(_QUOTES.sub('', client['name']).casefold().split()))}"
    return None


def as_raw(client: Mapping[str, str]) -> RawRecord | None:
    """The client as a raw record, for all that we know of it is what rows say."""
    key = key_of(client)
    return None if key is None else RawRecord(Noun.COMPANY, key, {_MARKED: dict(client)})


def as_company(raw: RawRecord) -> Company | None:
    """The same in our words; None when the raw record is no client of a row."""
    said = raw.body.get(_MARKED)
    if raw.noun is not Noun.COMPANY or not isinstance(said, Mapping):
        return None
    name = said.get("name") or said.get("inn") or said.get("id") or raw.external_id
    return Company(raw.external_id, name, inn=said.get("inn"), kpp=said.get("kpp"))


def client_with(known: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a client and what is new, as the body of a raw record."""
    return {_MARKED: {**((known or {}).get(_MARKED) or {}), **new[_MARKED]}}


def is_inn(value: Any) -> bool:
    """Whether this is a true taxpayer number, also one that lost its first zero in a sheet."""
    try:
        found, _ = _numbers(value, None)
    except BadRecord:
        return False
    return found is not None and bool(inn_number.is_valid(found))


def _held(row: Mapping[str, Any], column: str | None) -> Any:
    return None if column is None else row.get(column)


def _numbers(inn: Any, kpp: Any) -> tuple[str | None, str | None]:
    both = values.inn(inn) or ""
    first, _, second = both.partition("/")
    found, branch = _digits(first), _digits(values.inn(kpp) or second)
    if found and len(found) in {9, 11} and inn_number.is_valid(f"0{found}"):
        found = f"0{found}"
    if branch and len(branch) == 8:
        branch = f"0{branch}"
    return found, branch


def _digits(said: str) -> str | None:
    """A number of tax people; a dash or a word in its place says that there is none."""
    return said if _DIGITS.fullmatch(said) else None


def _short(said: str) -> str:
    """As it stands, or its beginning and a mark of the rest."""
    if len(said) <= _LONGEST:
        return said
    return f"{said[:_LONGEST]}~{blake2b(said.encode(), digest_size=8).hexdigest()}"
