"""Compares what a walk found in the CRM with what is here, in the database and all at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from connectors import NAMELESS, Noun
from kam_sync.accounts.store import FACTS, RECORD_TABLES
from kam_sync.base.db import Session, is_among, merge, table_of
from kam_sync.ledger.entry import Entry
from kam_sync.ledger.model import MONEY, Difference
from kam_sync.ledger.store.tables import EntryRow

_COLUMNS = (
    "source_id", "noun", "external_id", "digest", "is_deleted", "is_bad", "amount", "currency",
    "of_noun", "of_external_id",
)  # fmt: skip

_OWNERS: Mapping[Noun, tuple[str, str]] = {
    Noun.COMPANY: ("'company'", "t.external_id"),
    Noun.CONTACT: ("'company'", "t.company_external_id"),
    Noun.DEAL: ("'company'", "t.company_external_id"),
    Noun.CUSTOMER: ("'company'", "t.company_external_id"),
    Noun.PURCHASE: ("'customer'", "t.customer_external_id"),
    Noun.INVOICE: ("t.payer_noun", "t.payer_external_id"),
    Noun.TASK: ("t.about_noun", "t.about_external_id"),
    Noun.NOTE: ("t.about_noun", "t.about_external_id"),
    Noun.EVENT: ("t.about_noun", "t.about_external_id"),
    **dict.fromkeys(FACTS, ("'company'", "t.company_external_id")),
}
"""As `entry.owner_of` says it of our records."""

BOTH = """
    here AS (
        SELECT r.external_id, r.digest, t.external_id IS NOT NULL AS is_said,
            {is_deleted} AS is_deleted, {amount} AS amount, {currency} AS currency,
            {of_noun} AS of_noun, {of_id} AS of_external_id
        FROM raw_record r
        LEFT JOIN {table} t ON t.source_id = r.source_id AND t.external_id = r.external_id
        WHERE r.source_id = :source AND r.noun = :noun AND r.gone_at IS NULL
            AND NOT starts_with(r.external_id, :nameless)
    ), there AS (
        SELECT * FROM ledger_entry WHERE source_id = :source AND noun = :noun
    ), paired AS (
        SELECT external_id,
            CASE
                WHEN t.digest IS NULL THEN CASE WHEN NOT h.is_deleted THEN 'only_here' END
                WHEN h.digest IS NULL THEN CASE WHEN NOT t.is_deleted THEN 'only_there' END
                WHEN h.is_deleted AND t.is_deleted THEN NULL
                WHEN h.digest <> t.digest THEN 'differing'
                WHEN t.is_bad THEN NULL
                WHEN NOT h.is_said
                    OR (h.is_deleted, h.amount, h.currency, h.of_noun, h.of_external_id)
                    IS DISTINCT FROM
                    (t.is_deleted, t.amount, t.currency, t.of_noun, t.of_external_id)
                THEN 'differing'
            END AS kind,
            h.digest IS NOT DISTINCT FROM t.digest AS is_same_body,
            coalesce(NOT h.is_deleted, false) AS is_here,
            coalesce(NOT t.is_deleted, false) AS is_there,
            coalesce(t.is_bad, false) AS is_bad,
            h.amount AS here_amount, h.currency AS here_currency,
            h.of_noun AS here_of_noun, h.of_external_id AS here_of_id,
            t.amount AS there_amount, t.currency AS there_currency,
            t.of_noun AS there_of_noun, t.of_external_id AS there_of_id
        FROM here h FULL JOIN there t USING (external_id)
    ), kept AS (
        SELECT external_id FROM held_record WHERE source_id = :source AND noun = :noun
    ), compared AS (
        SELECT p.*, p.kind = 'only_here' AND k.external_id IS NOT NULL AS is_held
        FROM paired p LEFT JOIN kept k USING (external_id)
    )
"""
"""Both sides of each record, and how they differ; `is_held` ones are explained."""

_IDS = """ SELECT external_id FROM compared
    WHERE kind = ANY(:kinds) AND NOT is_held AND is_same_body = ANY(:same)
    ORDER BY external_id LIMIT :most"""
_LEFT = " SELECT count(*) FROM compared WHERE kind IS NOT NULL AND NOT is_held"


class ComparingStore:
    """Compares one noun of one source."""

    def __init__(self, session: Session, source_id: int, noun: Noun) -> None:
        self._session = session
        self._source_id = source_id
        self._noun = noun

    def put(self, entries: Iterable[Entry]) -> None:
        """Note what the CRM has; what it says last of a record counts."""
        latest = {entry.external_id: entry for entry in entries}
        rows = ((self._source_id, self._noun.value, *astuple(one)) for one in latest.values())
        merge(self._session, table_of(EntryRow), _COLUMNS, rows)

    def correct(self, external_ids: Sequence[str], found: Iterable[Entry]) -> None:
        """Note what the CRM gave when asked by id: who is not among it is not there."""
        self._session.execute(
            sa.delete(EntryRow).where(*self._mine(), is_among(EntryRow.external_id, external_ids))
        )
        self.put(found)

    def forget(self) -> None:
        """Forget what the CRM has."""
        self._session.execute(sa.delete(EntryRow).where(*self._mine()))

    def ids(
        self,
        *kinds: Difference,
        is_same_body: bool | None = None,
        most: int | None = None,
    ) -> list[str]:
        """Who differs, in these ways or any."""
        same = [True, False] if is_same_body is None else [is_same_body]
        named = [kind.value for kind in kinds or Difference]
        found = self.ask(_IDS, kinds=named, same=same, most=most)
        return [row.external_id for row in found]

    def count(self) -> int:
        """How many records differ."""
        return int(self.ask(_LEFT).scalar_one())

    def ask(self, statement: str, *, before: str = "", **values: Any) -> Any:
        """Run a statement over what is compared."""
        query = f"{before} WITH {BOTH.format(**self._shape())} {statement}"
        fixed = {"source": self._source_id, "noun": self._noun.value, "nameless": NAMELESS}
        return self._session.execute(sa.text(query), fixed | values)

    def _shape(self) -> dict[str, str]:
        """Where our records of the noun stand, and what they have."""
        table = RECORD_TABLES[self._noun]
        of_noun, of_id = _OWNERS.get(self._noun, ("NULL::varchar", "NULL::varchar"))
        has_mark, is_money = "is_deleted" in table.columns, self._noun in MONEY
        return {
            "table": table.name,
            "is_deleted": "coalesce(t.is_deleted, false)" if has_mark else "false",
            "amount": "t.amount" if is_money else "NULL::numeric",
            "currency": "t.currency" if is_money else "NULL::varchar",
            "of_noun": of_noun,
            "of_id": of_id,
        }

    def _mine(self) -> tuple[sa.ColumnElement[bool], ...]:
        row = EntryRow
        return col(row.source_id) == self._source_id, col(row.noun) == self._noun.value
