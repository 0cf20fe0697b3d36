"""Reads the custom fields of a source, and values that its newest records hold in them."""

from collections.abc import Mapping
from typing import Any

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

    def samples(self, source_id: int) -> dict[str, str]:
        """A value of each field, by the field's id."""
        rows: tuple[tuple[Noun, Any], ...] = (
            (Noun.COMPANY, CompanyRow), (Noun.CONTACT, ContactRow), (Noun.DEAL, DealRow)
        )  # fmt: skip
        found: dict[str, str] = {}
        for noun, row in rows:
            query = sa.select(row.custom).where(row.source_id == source_id, ~row.is_deleted)
            newest = query.order_by(row.external_id.desc()).limit(_LOOKED_AT)
            for custom in self._session.scalars(newest):
                for field_id, held in custom.items():
                    said = _said(held.get("value") if isinstance(held, Mapping) else held)
                    if said:
                        found.setdefault(f"{noun.value}/{field_id}", said)
        return found


def _said(value: Any) -> str:
    """A value of any kind in a few words."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return ", ".join(filter(None, map(_said, value)))[:_LONGEST]
    return "" if value is None or isinstance(value, bool) else str(value).strip()[:_LONGEST]
