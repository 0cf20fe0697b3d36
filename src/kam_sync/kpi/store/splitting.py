"""Reads what the values of a KPI of an account are made of: by pipeline, product, branch."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.base.db import Session
from kam_sync.kpi.splits import Dimension, Exchanged, Share, Split
from kam_sync.kpi.store.executing import execute
from kam_sync.kpi.store.rated import of_unit, rated, values
from kam_sync.kpi.store.rows import ROWS, Rows

_CURRENCY = "currency"
_SPLIT = """{rated}    , told AS (
        SELECT d.dimension, d.source_id, d.member, max(d.name) AS name, r."on",
            coalesce(sum(r.amount), 0) AS own, coalesce(sum(r.worth), 0) AS worth,
            coalesce(sum(r.below), 0) AS below
        FROM rated r CROSS JOIN LATERAL (VALUES
            ('pipeline', r.source_id, r.pipeline, NULL), ('owner', r.source_id, r.owner, NULL),
            ('contact', r.source_id, r.contact, NULL), ('company', r.source_id, r.company, NULL),
            ('product', NULL, r.product, r.product_name), ('article', NULL, r.article, r.article),
            ('currency', NULL, r.currency, NULL)
        ) AS d(dimension, source_id, member, name)
        WHERE {of_unit} AND d.dimension = ANY(:dimensions)
        GROUP BY d.dimension, d.source_id, d.member, r."on"
    )
    SELECT t.dimension, t.source_id, t.member,
        coalesce(t.name, p.name, u.name, k.name, c.name, '') AS name, t."on", t.own, t.worth,
        t.below
    FROM told t
    LEFT JOIN pipeline p ON t.dimension = 'pipeline' AND p.source_id = t.source_id
        AND p.external_id = t.member
    LEFT JOIN crm_user u ON t.dimension = 'owner' AND u.source_id = t.source_id
        AND u.external_id = t.member
    LEFT JOIN contact k ON t.dimension = 'contact' AND k.source_id = t.source_id
        AND k.external_id = t.member
    LEFT JOIN company c ON t.dimension = 'company' AND c.source_id = t.source_id
        AND c.external_id = t.member
    ORDER BY t.dimension, t.source_id, t.member, t."on"
"""


class SplitStore:
    """Reads rows by what they are told apart by; money as the KPI has it, by each row's own day."""

    def __init__(self, session: Session, zone: ZoneInfo, currency: str = "") -> None:
        self._session = session
        self._zone = zone
        self._currency = currency

    def split(self, account_id: UUID, kpi: str, unit: str, months: Sequence[date]) -> Split:
        """What the rows of a KPI with `ROWS` come to in some whole months, by member and month."""
        of = ROWS[kpi]
        shares, exchanged = [], []
        for dimension, source_id, member, name, on, own, worth, below in self._read(
            of, account_id, unit, months
        ):
            if dimension == _CURRENCY:
                if of.money and member not in {None, unit}:
                    exchanged.append(Exchanged(member, on, own, worth))
                continue
            key = _key(dimension, source_id, member, name)
            shares.append(
                Share(Dimension(dimension), key, name, on, Decimal(worth), Decimal(below))
            )
        return Split(tuple(shares), tuple(exchanged))

    def _read(self, of: Rows, account_id: UUID, unit: str, months: Sequence[date]) -> Any:
        query = _SPLIT.format(rated=rated(of), of_unit=of_unit(of))
        asked = {
            **values(months, self._zone, self._currency),
            "account": account_id, "unit": unit,
            "dimensions": [*(one.value for one in of.dimensions), _CURRENCY],
        }  # fmt: skip
        return execute(self._session, query, asked)


def _key(dimension: str, source_id: int | None, member: str | None, name: str) -> str:
    """What a member is told from others by: a person who works in several CRMs by the name."""
    if member is None:
        return ""
    if dimension == Dimension.OWNER and name:
        return name
    return member if source_id is None else f"{source_id}:{member}"
