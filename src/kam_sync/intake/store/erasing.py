"""Takes a person out of what came in: raw records, webhooks, answers, writes and hints."""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import quote, quote_plus

import orjson
import sqlalchemy as sa
from sqlmodel import col

from connectors import Noun
from kam_sync.base.db import Session, is_among, mask, table_of
from kam_sync.intake.inbox import HookState
from kam_sync.intake.store.given import GivenRow
from kam_sync.intake.store.hints import HintRow
from kam_sync.intake.store.inbox import HookRow
from kam_sync.intake.store.raw import RawRow
from kam_sync.intake.store.writes import WriteRow
from kam_sync.privacy.model import Cut

Counts = dict[str, int]


class ErasingIntake:
    """Takes people out of the tables of the intake."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def nouns_of(
        self, source_id: int, nouns: Collection[Noun], external_ids: Iterable[str]
    ) -> list[tuple[Noun, str]]:
        """As what some records are kept raw: notes and entries of the log share one table."""
        query = sa.select(col(RawRow.noun), col(RawRow.external_id)).where(
            col(RawRow.source_id) == source_id,
            col(RawRow.noun).in_([noun.value for noun in nouns]),
            is_among(RawRow.external_id, external_ids),
        )
        return [(Noun(noun), key) for noun, key in self._session.execute(query)]

    def forget_hooks(
        self, source_id: int, named: Mapping[str, Collection[str]], texts: Iterable[str]
    ) -> int:
        """Drop the webhooks that name these records or hold these texts, but for unread ones.

        An unread one is needed to know what changed; its body goes when it is read.
        """
        row = table_of(HookRow).c
        theirs: list[sa.ColumnElement[bool]] = [
            sa.func.pg_catalog.position(row.body, sa.literal(needle)) > 0
            for needle in sorted(_written(texts))
        ]
        for noun, ids in named.items():
            one = sa.func.jsonb_exists_any(row.named[noun], sa.cast(list(ids), sa.ARRAY(sa.Text)))
            theirs.append(one)
        gone = sa.delete(HookRow).where(
            row.source_id == source_id, row.state != HookState.NEW, sa.or_(*theirs)
        )
        return len(self._session.execute(gone.returning(row.id)).all()) if theirs else 0

    def let_return(
        self, source_id: int, nouns: Collection[Noun], external_ids: Iterable[str]
    ) -> None:
        """Let records of an erased person come again as the CRM sends them."""
        mine = sa.update(RawRow).where(
            col(RawRow.source_id) == source_id, col(RawRow.cut_why) == Cut.ERASED.value,
            col(RawRow.noun).in_([noun.value for noun in nouns]),
            is_among(RawRow.external_id, external_ids),
        )  # fmt: skip
        self._session.execute(mine.values(cut_why=Cut.AGED))

    def mask_texts(self, pattern: str) -> Counts:
        """Take what the pattern finds out of answers, writes and hints."""
        session = self._session
        return {
            "given_call": mask(session, table_of(GivenRow), ["answer"], pattern),
            "crm_write": mask(
                session, table_of(WriteRow), ["payload", "reason", "finish_with"], pattern
            ),
            "hint": mask(session, table_of(HintRow), ["evidence"], pattern),
        }


def _written(texts: Iterable[str]) -> set[bytes]:
    """A text as it may stand in the body of a webhook: plain, in JSON, in a form."""
    found: set[bytes] = set()
    for text in texts:
        found |= {
            text.encode(), orjson.dumps(text)[1:-1],
            text.encode("ascii", "backslashreplace"),
            quote(text).encode(), quote_plus(text).encode(),
            quote(text).lower().encode(), quote_plus(text).lower().encode(),
        }  # fmt: skip
    return found
