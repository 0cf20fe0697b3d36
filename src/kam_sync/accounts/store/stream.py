"""Reads the stream of an account: what happened about anything of it, newest first."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kam_sync.accounts.model import StreamEntry
from kam_sync.accounts.store.belonging import ABOUT
from kam_sync.accounts.store.records import Key
from kam_sync.base.db import Session

_STREAM = """
    {about}, entry AS (
        SELECT 'activity' AS part, b.source_id, a.external_id, a.at, a.happening AS what, a.kind,
            b.noun, b.external_id AS about, a.author_external_id AS author, a.text, a.is_incoming,
            a.seconds, NULL::numeric AS amount, NULL AS currency, a.is_ours, a.details
        FROM about b JOIN activity a ON a.source_id = b.source_id AND a.about_noun = b.noun
            AND a.about_external_id = b.external_id
        WHERE NOT a.is_deleted AND a.mirrors IS NULL AND a.happening <> 'task'
            AND NOT (a.happening = 'stage' AND EXISTS (
                SELECT FROM deal d WHERE d.source_id = b.source_id AND b.noun = 'deal'
                    AND d.external_id = b.external_id AND d.closed_at = a.at))
        UNION ALL
        SELECT 'task', b.source_id, t.external_id,
            CASE WHEN t.is_done THEN coalesce(t.updated_at, t.created_at) ELSE t.created_at END,
            CASE WHEN t.is_done THEN 'task_done' ELSE 'task' END, coalesce(t.kind, ''), b.noun,
            b.external_id, t.owner_external_id, t.text, NULL, NULL, NULL, NULL, t.is_ours,
            jsonb_strip_nulls(jsonb_build_object('due_at', t.due_at, 'result', t.result))
        FROM about b JOIN task t ON t.source_id = b.source_id AND t.about_noun = b.noun
            AND t.about_external_id = b.external_id
        WHERE NOT t.is_deleted
        UNION ALL
        SELECT 'deal', d.source_id, d.external_id, d.closed_at, d.outcome, '', 'deal',
            d.external_id, d.owner_external_id, NULL, NULL, NULL, d.amount, d.currency, false,
            '{{}}'
        FROM deal d
            JOIN mine m ON m.source_id = d.source_id AND m.company = d.company_external_id
        WHERE NOT d.is_deleted AND d.outcome <> 'open'
        {invoices}
    ), shown AS (
        SELECT * FROM entry WHERE at IS NOT NULL
            AND (CAST(:whats AS text[]) IS NULL OR what = ANY(:whats))
            AND (CAST(:at AS timestamptz) IS NULL
            OR (at, source_id, part, external_id) < (:at, :source, :part, :external_id))
        ORDER BY at DESC, source_id DESC, part DESC, external_id DESC
        LIMIT :limit OFFSET :skip
    )
    SELECT s.part, s.source_id, s.external_id, s.at, s.what, s.kind, s.noun AS about_noun,
        s.about AS about_external_id,
        coalesce(company.name, contact.name, deal.name, customer.name) AS about_name,
        s.author AS author_external_id, crm_user.name AS author_name, s.text, s.is_incoming,
        s.seconds, s.amount, s.currency, s.is_ours, s.details
    FROM shown s
    LEFT JOIN crm_user ON crm_user.source_id = s.source_id AND crm_user.external_id = s.author
    LEFT JOIN company ON s.noun = 'company' AND company.source_id = s.source_id
        AND company.external_id = s.about
    LEFT JOIN contact ON s.noun = 'contact' AND contact.source_id = s.source_id
        AND contact.external_id = s.about
    LEFT JOIN deal ON s.noun = 'deal' AND deal.source_id = s.source_id
        AND deal.external_id = s.about
    LEFT JOIN customer ON s.noun = 'customer' AND customer.source_id = s.source_id
        AND customer.external_id = s.about
    ORDER BY s.at DESC, s.source_id DESC, s.part DESC, s.external_id DESC
"""
"""An entry of the CRM's log that only announces a note, a task or the closing of a deal is left
out: these stand in the stream themselves."""


_INVOICES = """
        UNION ALL
        SELECT 'invoice', b.source_id, i.external_id, m.at, m.what, '', b.noun, b.external_id,
            NULL, coalesce(i.number, i.name), NULL, NULL, i.amount, i.currency, false, '{}'
        FROM about b JOIN invoice i ON i.source_id = b.source_id AND i.payer_noun = b.noun
            AND i.payer_external_id = b.external_id
        CROSS JOIN LATERAL (VALUES
            ('invoice', coalesce(CAST(i.issued_on AS timestamp) AT TIME ZONE :zone, i.created_at)),
            ('invoice_paid', i.paid_at)) AS m(what, at)
        WHERE NOT i.is_deleted AND i.status <> 'draft'
"""


class StreamStore:
    """Reads streams."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def timeline(
        self, account_id: UUID, *, after: Key | None = None, limit: int, skip: int = 0
    ) -> list[StreamEntry]:
        """Entries of an account, newest first; `after` is (at, source, part, id) of the last."""
        at, source, part, external_id = after or (None, None, None, None)
        values = {
            "account": account_id, "limit": limit, "skip": skip,
            "at": datetime.fromisoformat(at) if at else None,
            "source": int(source) if source else None, "part": part, "external_id": external_id,
            "whats": None,
        }  # fmt: skip
        found = self._session.execute(sa.text(_STREAM.format(about=ABOUT, invoices="")), values)
        return [StreamEntry(**row) for row in found.mappings()]

    def everything(
        self, account_id: UUID, zone: ZoneInfo, *, whats: Collection[str] | None, limit: int,
        skip: int = 0,
    ) -> list[StreamEntry]:  # fmt: skip
        """The same with invoices, newest first; `whats` are those to show, None for all."""
        values = {
            "account": account_id, "limit": limit, "skip": skip, "at": None, "source": None,
            "part": None, "external_id": None, "zone": zone.key,
            "whats": None if whats is None else list(whats),
        }  # fmt: skip
        found = self._session.execute(
            sa.text(_STREAM.format(about=ABOUT, invoices=_INVOICES)), values
        )
        return [StreamEntry(**row) for row in found.mappings()]
