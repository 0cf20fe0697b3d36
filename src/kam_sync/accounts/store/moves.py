"""The trail of companies among accounts: rows are added and read, never changed or deleted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.accounts.moves import Cause, Move
from kam_sync.base.db import Session, hold_still, stage_rows, table_of

_COLUMNS = (
    "source_id", "company_external_id", "from_account", "to_account", "at", "cause", "by",
    "because",
)  # fmt: skip
_KEEP = """
    INSERT INTO account_move ({into}, source, company, beside_source, beside)
    SELECT {columns}, coalesce(o.name, ''), coalesce(c.name, ''), bo.name, b.name
    FROM {stage} s
    LEFT JOIN source o ON o.id = s.source_id
    LEFT JOIN company c ON c.source_id = s.source_id AND c.external_id = s.company_external_id
    LEFT JOIN company b ON b.source_id = CAST(s.because -> 0 -> 'with' ->> 0 AS int)
        AND b.external_id = s.because -> 0 -> 'with' ->> 1
    LEFT JOIN source bo ON bo.id = b.source_id
"""


class MoveRow(Move, table=True):
    """Moves; no foreign key, so that the trail outlives what it tells of."""

    __tablename__ = "account_move"
    __table_args__ = (
        sa.Index("account_move_from", "from_account", "id"),
        sa.Index("account_move_to", "to_account", "id"),
    )

    id: int = Field(
        default=None, primary_key=True, sa_type=sa.BigInteger, sa_column_args=[sa.Identity()]
    )


@dataclass(frozen=True, slots=True)
class Gone:
    """A company that goes from one account to another, or with its source."""

    company: tuple[int, str]
    from_account: UUID
    to_account: UUID | None
    cause: Cause
    by: str | None = None
    because: Sequence[Mapping[str, Any]] = ()


class MoveStore:
    """Adds to the trail and reads it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, gone: Iterable[Gone], now: datetime) -> None:
        """Write moves, with the names that companies and sources have now, in this order."""
        rows = [
            (*one.company, one.from_account, one.to_account, now, one.cause.value, one.by,
             orjson.dumps(list(one.because)).decode())
            for one in gone
        ]  # fmt: skip
        if not rows:  # mostly there are none
            return
        stage = stage_rows(self._session, table_of(MoveRow), _COLUMNS, rows)
        columns = ", ".join(f's."{name}"' for name in _COLUMNS)
        into = ", ".join(f'"{name}"' for name in _COLUMNS)
        self._session.execute(sa.text(_KEEP.format(into=into, columns=columns, stage=stage.name)))

    def of_account(self, account_id: UUID, *, before: int | None = None, limit: int) -> list[Move]:
        """What came to an account and what left it, the latest first; `before` is the id of one."""
        is_its = (MoveRow.from_account == account_id) | (MoveRow.to_account == account_id)
        return self._latest(is_its, before, limit)

    def latest(self, *, before: int | None = None, limit: int) -> list[Move]:
        """Moves of all accounts, the latest first."""
        return self._latest(sa.true(), before, limit)

    def after(self, move_id: int, *, limit: int) -> list[Move]:
        """Moves in the order in which they happened."""
        number = col(MoveRow.id)
        query = select(MoveRow).where(number > move_id).order_by(number).limit(limit)
        return list(self._session.scalars(query))

    def last(self) -> int:
        """The id of the newest move; 0 when there is none."""
        return self._session.scalar(sa.select(sa.func.max(col(MoveRow.id)))) or 0

    def wait_for_writers(self) -> None:
        """Wait until every move that has drawn its id can be seen; none is written meanwhile.

        As `AlertStore.wait_for_writers`: Busy after a moment.
        """
        hold_still(self._session, table_of(MoveRow), "moves of companies")

    def _latest(self, which: Any, before: int | None, limit: int) -> list[Move]:
        query = select(MoveRow).where(which).order_by(col(MoveRow.id).desc()).limit(limit)
        if before is not None:
            query = query.where(col(MoveRow.id) < before)
        return list(self._session.scalars(query))
