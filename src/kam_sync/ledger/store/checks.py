"""Writes checks: the totals, the accounts, and the records that differ."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from connectors import Noun
from kam_sync.base.db import Session
from kam_sync.ledger.model import Check, LedgerState
from kam_sync.ledger.parting import parted_since, state_of
from kam_sync.ledger.store.comparing import ComparingStore
from kam_sync.ledger.store.tables import CheckRow, PartedRecordRow

MOST_IDS = 1_000

_SIDES = """ , attached AS (
        SELECT item ->> 'external_id' AS invoice, max(external_id) AS deal
        FROM deal CROSS JOIN LATERAL jsonb_array_elements(items) AS item
        WHERE :noun = 'invoice' AND source_id = :source AND items <> '[]' GROUP BY 1
    ), side AS (
        SELECT external_id, kind, is_held, is_bad, is_here AS here, false AS there,
            here_currency AS currency, here_amount AS amount, here_of_noun AS of_noun,
            here_of_id AS of_id
        FROM compared WHERE is_here
        UNION ALL
        SELECT external_id, kind, is_held, is_bad, false, is_there,
            there_currency, there_amount, there_of_noun, there_of_id
        FROM compared WHERE is_there
    ), owned AS (
        SELECT side.*, coalesce(of_id, attached.deal) AS owner_id,
            CASE WHEN of_id IS NULL THEN 'deal' ELSE of_noun END AS owner_noun
        FROM side LEFT JOIN attached ON of_id IS NULL AND attached.invoice = side.external_id
    )
    SELECT owned.external_id, kind, is_held, is_bad, here, there,
        coalesce(owned.currency, '') AS currency, owned.amount, link.account_id
    FROM owned
    LEFT JOIN customer ON owner_noun = 'customer'
        AND customer.source_id = :source AND customer.external_id = owner_id
    LEFT JOIN contact ON owner_noun = 'contact'
        AND contact.source_id = :source AND contact.external_id = owner_id
    LEFT JOIN deal ON owner_noun = 'deal'
        AND deal.source_id = :source AND deal.external_id = owner_id
    LEFT JOIN account_link link ON link.source_id = :source
        AND link.company_external_id = CASE owner_noun
            WHEN 'company' THEN owner_id
            ELSE coalesce(customer.company_external_id, contact.company_external_id,
                deal.company_external_id) END
"""
_SINCE = ("here", "there", "sums", "held", "set_aside")
"""What a check says of both sides as they stand since its repair."""
_DROP = "DROP TABLE IF EXISTS ledger_side"
_TAKE = "CREATE TEMP TABLE ledger_side ON COMMIT DROP AS"
_TOTALS = """
    SELECT count(*) FILTER (WHERE here) AS here, count(*) FILTER (WHERE there) AS there,
        count(DISTINCT external_id) FILTER (WHERE kind = 'only_here' AND NOT is_held) AS only_here,
        count(DISTINCT external_id) FILTER (WHERE kind = 'only_there') AS only_there,
        count(DISTINCT external_id) FILTER (WHERE kind = 'differing') AS differing,
        count(DISTINCT external_id) FILTER (WHERE is_held) AS held,
        count(DISTINCT external_id) FILTER (WHERE is_bad AND kind IS NULL) AS set_aside
    FROM ledger_side
"""
_SUMS = """
    SELECT currency, coalesce(sum(amount) FILTER (WHERE here), 0) AS here,
        coalesce(sum(amount) FILTER (WHERE there), 0) AS there
    FROM ledger_side WHERE currency <> '' GROUP BY currency ORDER BY currency
"""
_ACCOUNTS = """
    WITH old AS (
        DELETE FROM ledger_account WHERE check_id = :check RETURNING *
    ), now AS (
        SELECT account_id, currency, count(*) FILTER (WHERE here) AS here,
            count(*) FILTER (WHERE there) AS there,
            coalesce(sum(amount) FILTER (WHERE here), 0) AS sum_here,
            coalesce(sum(amount) FILTER (WHERE there), 0) AS sum_there,
            count(DISTINCT external_id) FILTER (WHERE kind IS NOT NULL AND NOT is_held)
                AS differing,
            count(DISTINCT external_id) FILTER (WHERE is_held) AS held
        FROM ledger_side GROUP BY account_id, currency
    ), one AS (
        SELECT coalesce(now.account_id, old.account_id) AS account_id,
            coalesce(now.currency, old.currency) AS currency,
            coalesce(now.here, 0) AS here, coalesce(now.there, 0) AS there,
            coalesce(now.sum_here, 0) AS sum_here, coalesce(now.sum_there, 0) AS sum_there,
            coalesce(now.differing, 0) AS differing, coalesce(now.held, 0) AS held,
            CASE WHEN old.id IS NULL THEN now.differing
                ELSE greatest(old.found - greatest(coalesce(now.held, 0) - old.held, 0), 0)
            END AS found, old.parted_since
        FROM now FULL JOIN old ON now.currency = old.currency
            AND coalesce(CAST(now.account_id AS text), '')
                = coalesce(CAST(old.account_id AS text), '')
    )
    INSERT INTO ledger_account (check_id, account_id, currency, here, there, sum_here, sum_there,
        differing, held, found, parted_since)
    SELECT :check, one.account_id, one.currency, one.here, one.there, one.sum_here, one.sum_there,
        one.differing, one.held, one.found,
        CASE WHEN one.found > 0 THEN coalesce(one.parted_since, since.day, :day) END
    FROM one LEFT JOIN (
        SELECT coalesce(CAST(account_id AS text), '') AS account, min(parted_since) AS day
        FROM ledger_account WHERE check_id = :before AND parted_since IS NOT NULL GROUP BY 1
    ) since ON since.account = coalesce(CAST(one.account_id AS text), '')
    ORDER BY one.differing DESC, one.found DESC, one.account_id, one.currency
"""
_RECORDS = """
    INSERT INTO ledger_record (check_id, external_id, kind, account_id, is_left)
    SELECT DISTINCT ON (external_id) :check, external_id, kind, account_id, true
    FROM ledger_side WHERE kind IS NOT NULL AND NOT is_held
    ORDER BY external_id, account_id LIMIT :most
"""
_NOW_EQUAL = """
    UPDATE ledger_record SET is_left = false WHERE check_id = :check AND external_id NOT IN (
        SELECT external_id FROM ledger_side WHERE kind IS NOT NULL AND NOT is_held)
"""
_NOW_HELD = """
    UPDATE ledger_record SET kind = 'held', is_left = true
    WHERE check_id = :check AND external_id IN (SELECT external_id FROM ledger_side WHERE is_held)
"""
_OLD_EQUAL = """
    DELETE FROM ledger_account USING ledger_check AS old
    WHERE old.id = check_id AND old.source_id = :source AND old.noun = :noun AND old.id < :check
        AND ledger_account.found = 0
"""


class LedgerStore:
    """Writes the checks of one noun of one source."""

    def __init__(self, session: Session, source_id: int, noun: Noun) -> None:
        self._session = session
        self._source_id = source_id
        self._noun = noun
        self._comparing = ComparingStore(session, source_id, noun)

    def write(self, day: date, now: datetime) -> Check:
        """Write down how the two sides stand; nothing is repaired yet."""
        before = self.last_known()
        row = CheckRow(
            source_id=self._source_id, noun=self._noun.value, day=day, checked_at=now,
            state=LedgerState.EQUAL, **self._count(),
        )  # fmt: skip
        row.left_over = row.found
        row.parted_since = parted_since(row.found, before, day)
        row.state = state_of(row.found, row.left_over)
        self._session.add(row)
        self._session.flush()
        self._ask(_ACCOUNTS, check=row.id, day=day, before=before.id if before else None)
        self._ask(_RECORDS, check=row.id, most=MOST_IDS)
        self._ask(_OLD_EQUAL, check=row.id, source=self._source_id, noun=self._noun.value)
        return row

    def write_unknown(self, check: Check) -> Check:
        """Write down that nothing could be compared."""
        before = self.last_known()
        row = CheckRow(**check.model_dump(exclude={"id"}))
        row.parted_since = before.parted_since if before else None
        self._session.add(row)
        self._session.flush()
        return row

    def change(self, check_id: int, values: dict[str, Any]) -> Check:
        """Complete a check by what came of it."""
        row = self._session.get_one(CheckRow, check_id)
        row.sqlmodel_update(values)
        self._session.flush()
        return row

    def write_repaired(self, check_id: int) -> Check:
        """Write down how the two sides stand since the repair, beside what was found before it.

        What is held since is explained, and was neither found nor put right.
        """
        row, now = self._session.get_one(CheckRow, check_id), self._count()
        row.only_here = max(row.only_here - max(now["held"] - row.held, 0), 0)
        row.left_over = now["only_here"] + now["only_there"] + now["differing"]
        row.state = state_of(row.found, row.left_over)
        row.parted_since = row.parted_since if row.found else None
        row.sqlmodel_update({name: now[name] for name in _SINCE})
        self._session.flush()
        self._ask(_ACCOUNTS, check=check_id, day=row.day, before=None)
        self._ask(_NOW_EQUAL, check=check_id)
        self._ask(_NOW_HELD, check=check_id)
        return row

    def last_known(self, *, before: date | None = None) -> Check | None:
        """The newest check that compared anything, of a day before another where that is given."""
        query = select(CheckRow).where(
            CheckRow.source_id == self._source_id,
            CheckRow.noun == self._noun.value,
            CheckRow.state != LedgerState.UNKNOWN,
        )
        if before is not None:
            query = query.where(CheckRow.day < before)
        return self._session.scalar(query.order_by(col(CheckRow.id).desc()).limit(1))

    @staticmethod
    def forget_before(session: Session, checks: datetime, records: datetime) -> None:
        """Forget old checks of all sources, and the records of those that are less old."""
        old = select(CheckRow.id).where(CheckRow.checked_at < records)
        gone = sa.delete(PartedRecordRow).where(col(PartedRecordRow.check_id).in_(old))
        session.execute(gone)
        session.execute(sa.delete(CheckRow).where(col(CheckRow.checked_at) < checks))

    def _count(self) -> dict[str, Any]:
        """Lay both sides down, and add them up."""
        self._session.execute(sa.text(_DROP))
        self._comparing.ask(_SIDES, before=_TAKE)
        sums = {row.currency: _exact(row.here, row.there) for row in self._ask(_SUMS)}
        return {**self._ask(_TOTALS).mappings().one(), "sums": sums}

    def _ask(self, statement: str, **values: Any) -> Any:
        return self._session.execute(sa.text(statement), values)


def _exact(here: Any, there: Any) -> dict[str, str]:
    return {"here": f"{here:f}", "there": f"{there:f}"}
