"""Reads the custom fields of a source, and values that its newest records hold in them."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from connectors import Field, Noun
from kam_sync.accounts.store.tables import CompanyRow, ContactRow, CustomFieldRow, DealRow
from kam_sync.base.db import Session

_LOOKED_AT = 200
"""How many records of a noun are asked for samples."""
_LONGEST = 60


class FieldStore:
    """Reads custom fields."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fields(self, source_id: int) -> list[Field]:
        """The custom fields of a source, by noun and name, deleted ones with their mark."""
        query = select(CustomFieldRow).where(CustomFieldRow.source_id == source_id)
        order = (CustomFieldRow.about_noun, CustomFieldRow.name, CustomFieldRow.external_id)
        return [
            Field(
                external_id=row.external_id, about_noun=Noun(row.about_noun), name=row.name,
                kind=row.kind, code=row.code, options=tuple(row.options),
                is_deleted=row.is_deleted,
            )
            for row in self._session.scalars(query.order_by(*map(col, order)))
        ]  # fmt: skip

    def samples(self, source_id: int, zone: ZoneInfo) -> dict[str, str]:
        """A value of each field as a person there reads it, by the field's id."""
        rows: tuple[tuple[Noun, Any], ...] = (
            (Noun.COMPANY, CompanyRow), (Noun.CONTACT, ContactRow), (Noun.DEAL, DealRow)
        )  # fmt: skip
        found: dict[str, str] = {}
        for noun, row in rows:
            query = sa.select(row.custom).where(row.source_id == source_id, ~row.is_deleted)
            newest = query.order_by(row.external_id.desc()).limit(_LOOKED_AT)
            for custom in self._session.scalars(newest):
                for field_id, held in custom.items():
                    said = _example(held, zone)[:_LONGEST]
                    if said:
                        found.setdefault(f"{noun.value}/{field_id}", said)
        return found


def _example(held: Any, zone: ZoneInfo) -> str:
    """What stands in a field: times in the zone of the account, of phones the numbers alone."""
    if not isinstance(held, Mapping):
        return _said(held)
    kind, value = held.get("kind"), held.get("value")
    if kind == "moment" and isinstance(value, str):
        with suppress(ValueError):
            return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M}"
    if kind == "contacts" and isinstance(value, list):
        return _said([one.get("value") for one in value if isinstance(one, Mapping)])
    if kind == "legal_entity" and isinstance(value, Mapping):
        return _said([value.get("name"), value.get("inn")])
    return _said(value)


def _said(value: Any) -> str:
    """A value of any kind in a few words."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return ", ".join(filter(None, map(_said, value)))
    return "" if value is None or isinstance(value, bool) else str(value).strip()
