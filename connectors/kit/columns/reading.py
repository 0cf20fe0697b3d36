"""Makes the rows of a table raw records and records; pure, so that kept rows can be read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson

from connectors.kit import values
from connectors.kit.columns import clients
from connectors.kit.columns.table_map import UNPAID, Period, TableMap
from connectors.kit.columns.tables import Table
from connectors.kit.door import Spoken
from connectors.kit.errors import BadRecord
from connectors.kit.readers import EMPTY
from connectors.kit.records import (
    Budget,
    Contract,
    Invoice,
    Noun,
    NpsAnswer,
    Plan,
    RawRecord,
    Record,
    Return,
    SellOut,
)
from connectors.kit.rule import Rule
from connectors.kit.rules import EntityRules
from connectors.kit.shapes import shapes

Row = Mapping[str, Any]

_WHOSE = Spoken("client: the row does not say whose it is", "client: в строке не сказано, чья она")
_ROW, _FIELDS, _CLIENT = "row", "fields", "client"
_JOINT = "|"
_LONGEST = 180
_MONTHS: Mapping[Period, int] = {"month": 1, "quarter": 3, "year": 12}
_OF_CLIENT = {"company", "payer"}
_NEVER_NEGATIVE: Mapping[type[Any], tuple[str, ...]] = {
    Return: ("amount", "quantity", "cost"),
    Contract: ("amount", "credit_limit", "payment_days", "notice_days"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that can be kept: as it came, in our words, and the client that it names."""

    raw: RawRecord
    record: Record
    client: RawRecord | None


def take(map_: TableMap, row: Row) -> Taken:
    """A row of a file under the key that its map says, or under a mark of its content.

    Raises BadRecord, which names the column.
    """
    said = {name: value for name, value in row.items() if value is not None}
    client = map_.client.read(said)
    whose = clients.key_of(client)
    record = _read(map_, said, whose, "?")
    key = _key(map_, record, said, whose) or _mark(said)
    noun = map_.what.noun
    raw = RawRecord(noun, key, {_ROW: said})
    return Taken(raw, record, None if noun is Noun.COMPANY else clients.as_raw(client))


def given(table: Table, row: Row) -> Taken:
    """A row that a program gives in our names, with its `external_id`. Raises BadRecord."""
    key = values.identifier(row.get("external_id"))
    if key is None:
        raise BadRecord("external_id: is empty, and has to be there")
    named = row.get(_CLIENT) or {}
    if not isinstance(named, Mapping) or set(named) - set(clients.Client.model_fields):
        raise BadRecord("client: an object is needed, such as {'inn': '7707083893', 'name': 'X'}")
    said = {k: v for k, v in row.items() if v is not None and k not in {"external_id", _CLIENT}}
    known = _given_fields(table.noun)
    if strange := said.keys() - known:
        raise BadRecord(f"{min(strange)}: there is no such field; there are: {', '.join(known)}")
    client = clients.GIVEN.read(named)
    raw = RawRecord(table.noun, key, {_FIELDS: said, _CLIENT: client})
    return Taken(raw, again(table, None, raw), clients.as_raw(client))


def again(table: Table, map_: TableMap | None, raw: RawRecord) -> Record:
    """A row that was kept in our words. Raises BadRecord."""
    if _FIELDS in raw.body:
        body = RawRecord(raw.noun, raw.external_id, raw.body[_FIELDS])
        whose = clients.key_of(raw.body[_CLIENT])
        return _finished(_given_rules(table.noun).mapped(body), table, whose, None)
    if map_ is None:
        raise BadRecord("the mapping of this table is gone; import the file again")
    row = raw.body[_ROW]
    return _read(map_, row, clients.key_of(map_.client.read(row)), raw.external_id)


def client_of(map_: TableMap, body: Row) -> RawRecord | None:
    """The client that a row which is kept names; None where it names none that can be read."""
    if not is_row(body) or map_.what.noun is Noun.COMPANY:
        return None
    try:
        return clients.as_raw(map_.client.read(body[_ROW]))
    except BadRecord:
        return None


def is_row(body: Row | None) -> bool:
    """Whether a raw record is a row of its own, and not only what other rows say."""
    return body is not None and _ROW in body


def given_fields(table: Table) -> Sequence[str]:
    """The fields that a program can give, besides `external_id` and `client`."""
    return list(_given_fields(table.noun))


def _read(map_: TableMap, row: Row, client: str | None, key: str) -> Record:
    record = map_.rules.mapped(RawRecord(map_.what.noun, key, row))
    return _finished(record, map_.what, client, map_.period)


def _finished(record: Any, table: Table, client: str | None, period: Period | None) -> Record:
    """The record with its client, and with both ends of its period."""
    if table.needs_client and client is None:
        raise BadRecord(_WHOSE)
    if isinstance(record, Invoice):
        return _billed(record, client)
    if hasattr(record, "company_external_id"):
        record = replace(record, company_external_id=client)
    if isinstance(record, Plan | Budget):
        return _in_order(record, period)
    if isinstance(record, SellOut) and period:
        first, last = _ends(record.sold_on, period)
        record = replace(record, since=first, sold_on=last)
    _refuse_what_cannot_be(record)
    made: Record = record
    return made


def _billed(record: Invoice, client: str | None) -> Record:
    """A bill with its payer, a name, and what was paid of it where nobody says how it stands."""
    status, paid = record.status, record.paid_amount
    if status == UNPAID.value and paid and record.amount is not None:
        status = "paid" if paid >= record.amount else "partly_paid"
    name = record.name or record.number or record.external_id
    return replace(
        record, name=name, status=status, payer_noun=Noun.COMPANY, payer_external_id=client
    )


def _refuse_what_cannot_be(record: Record) -> None:
    for name in _NEVER_NEGATIVE.get(type(record), ()):
        value = getattr(record, name)
        if value is not None and value < 0:
            said = f"{name}: is less than nothing: {value}", f"{name}: меньше нуля: {value}"
            raise BadRecord(Spoken(*said))
    if isinstance(record, NpsAnswer) and not 0 <= record.score <= 10:
        got = record.score
        said = f"score: 0 to 10 is needed, got {got}", f"score: нужно от 0 до 10, а стоит {got}"
        raise BadRecord(Spoken(*said))
    if isinstance(record, Contract):
        in_money = record.amount, record.credit_limit, record.rebate_steps
        if record.currency is None and in_money != (None, None, None):
            raise BadRecord(Spoken(f"currency: {EMPTY}", f"currency: {EMPTY.ru}"))
        _in_order(record, None)


def _in_order(record: Plan | Budget | Contract, period: Period | None) -> Record:
    if period:
        first, last = _ends(record.starts_on, period)
        return replace(record, starts_on=first, ends_on=last)
    if record.ends_on is not None and record.ends_on < record.starts_on:
        first, last = record.starts_on, record.ends_on
        raise BadRecord(
            Spoken(f"ends_on: {last} is before {first}", f"ends_on: {last} раньше, чем {first}")
        )
    return record


def _ends(day: date, period: Period) -> tuple[date, date]:
    """The first and the last day of the period that a day is in."""
    months = _MONTHS[period]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    after = first.month - 1 + months
    return first, date(first.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _key(map_: TableMap, record: Record, row: Row, client: str | None) -> str | None:
    """What the row is kept under; None where nothing was named for that."""
    if not map_.key:
        return client if map_.what.noun is Noun.COMPANY else None
    parts = [_part(map_, name, record, row, client) for name in map_.key]
    if parts[0] is None:
        name = map_.key[0]
        raise BadRecord(Spoken(f"key: {name} {EMPTY}", f"key: {name}: {EMPTY.ru}"))
    whole = _JOINT.join(part or "" for part in parts)
    if len(whole) > _LONGEST:
        return f"{whole[:_LONGEST]}~{blake2b(whole.encode(), digest_size=8).hexdigest()}"
    return whole


def _part(map_: TableMap, name: str, record: Record, row: Row, client: str | None) -> str | None:
    if name == "client":
        return client
    shape = shapes(map_.what.noun).get(name)
    if shape is not None and name in map_.fields:
        value = getattr(record, shape.name)
        return None if value is None else str(value)
    return values.identifier(row.get(name))


def _mark(row: Row) -> str:
    """The same for the same content."""
    written = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
    return f"row:{blake2b(written, digest_size=16).hexdigest()}"


@cache
def _given_fields(noun: Noun) -> dict[str, None]:
    return dict.fromkeys(name for name in shapes(noun) if name not in _OF_CLIENT | {"payer_noun"})


@cache
def _given_rules(noun: Noun) -> EntityRules:
    named = {name: Rule.model_validate({"from": name}) for name in _given_fields(noun)}
    if noun is Noun.INVOICE:
        named["status"] = Rule.model_validate({"from": "status", "value": UNPAID.value})
    return EntityRules(noun=noun, fields=named)
