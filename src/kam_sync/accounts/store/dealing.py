"""Reads the deals of one account: by stage, page by page, and the large ones that were won."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from connectors import Outcome
from kam_sync.accounts.dealing import DealOrder, DealShown, DealsWanted, StageSum
from kam_sync.base.db import Session

_OF_ACCOUNT = """
    FROM account_link l
    JOIN deal d ON d.source_id = l.source_id AND d.company_external_id = l.company_external_id
    LEFT JOIN stage s ON s.source_id = d.source_id
        AND s.pipeline_external_id = d.pipeline_external_id AND s.external_id = d.stage_external_id
    LEFT JOIN pipeline p ON p.source_id = d.source_id AND p.external_id = d.pipeline_external_id
"""
_STAGES = f"""
    SELECT d.source_id, d.pipeline_external_id, p.name, s.name, d.outcome, d.currency, count(*),
        coalesce(sum(d.amount), 0)
    {_OF_ACCOUNT}
    WHERE l.account_id = :account AND NOT d.is_deleted
        AND (CAST(:outcome AS text) IS NULL OR d.outcome = :outcome)
    GROUP BY d.source_id, d.pipeline_external_id, p.name, s.name, s.position, d.outcome, d.currency
    ORDER BY p.name, d.source_id, d.pipeline_external_id, d.outcome <> 'open', d.outcome DESC,
        s.position, s.name, d.currency
"""
_SINCE = """
    CASE WHEN d.outcome = 'open' THEN coalesce((
        SELECT max(a.at) FROM activity a
        WHERE a.source_id = d.source_id AND a.about_noun = 'deal'
            AND a.about_external_id = d.external_id AND a.happening = 'stage'
            AND NOT a.is_deleted
    ), d.created_at) END
"""
_DEALS = f"""
    SELECT d.source_id, d.external_id, d.name, d.outcome, d.amount, d.currency, p.name AS pipeline,
        s.name AS stage, u.name AS owner, d.tags, d.contract_ends_on, d.created_at, d.closed_at,
        {_SINCE} AS since
    {_OF_ACCOUNT}
    LEFT JOIN crm_user u ON u.source_id = d.source_id AND u.external_id = d.owner_external_id
    WHERE l.account_id = :account AND NOT d.is_deleted
        AND (CAST(:outcome AS text) IS NULL OR d.outcome = :outcome)
        AND (CAST(:source AS int) IS NULL
            OR (d.source_id = :source AND d.pipeline_external_id = :pipeline))
    ORDER BY {{order}}, d.source_id, d.external_id
    LIMIT :limit OFFSET :skip
"""
_ORDERS = {
    DealOrder.NEWEST: "coalesce(d.closed_at, d.updated_at, d.created_at) DESC NULLS LAST",
    DealOrder.AMOUNT: "d.amount DESC NULLS LAST",
    DealOrder.STALEST: "since NULLS LAST, coalesce(d.closed_at, d.created_at) DESC NULLS LAST",
    DealOrder.NAME: "d.name",
}
_LARGE = """
    WITH won AS (
        SELECT d.name, d.amount, d.currency, d.closed_at,
            avg(d.amount) OVER (PARTITION BY d.currency) AS usual
        FROM account_link l
        JOIN deal d ON d.source_id = l.source_id AND d.company_external_id = l.company_external_id
        WHERE l.account_id = :account AND NOT d.is_deleted AND d.outcome = 'won'
            AND d.closed_at >= :since AND d.amount > 0
    )
    SELECT name, amount, currency, closed_at FROM won
    WHERE amount >= :times * usual ORDER BY amount DESC, closed_at LIMIT :limit
"""


class DealStore:
    """Reads the deals of an account."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def stages(self, account_id: UUID, outcome: Outcome | None = None) -> list[StageSum]:
        """How many deals are in each stage, and for how much, in the order of the pipelines."""
        values = {"account": account_id, "outcome": outcome and outcome.value}
        found = self._session.execute(sa.text(_STAGES), values)
        return [
            StageSum(source, key, pipeline, stage, Outcome(came), currency, count, amount)
            for source, key, pipeline, stage, came, currency, count, amount in found
        ]

    def deals(
        self, account_id: UUID, wanted: DealsWanted, *, limit: int, skip: int = 0
    ) -> list[DealShown]:
        """One page of the live deals."""
        source, pipeline = wanted.pipeline or (None, None)
        values = {
            "account": account_id, "outcome": wanted.outcome and wanted.outcome.value,
            "source": source, "pipeline": pipeline, "limit": limit, "skip": skip,
        }  # fmt: skip
        found = self._session.execute(sa.text(_DEALS.format(order=_ORDERS[wanted.order])), values)
        return [
            DealShown(**{**row, "outcome": Outcome(row["outcome"])}) for row in found.mappings()
        ]

    def large_wins(
        self, account_id: UUID, since: datetime, *, times: float, limit: int
    ) -> list[tuple[str, object, str, datetime]]:
        """Name, amount, currency and day of won deals so many times the mean one, the largest."""
        values = {"account": account_id, "since": since, "times": times, "limit": limit}
        return [tuple(row) for row in self._session.execute(sa.text(_LARGE), values)]
