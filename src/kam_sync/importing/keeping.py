"""Keeps rows that were given as raw records, with the clients that they name, and says them in our
words; what a complete table does not have is gone, unless that is too much."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import orjson

from connectors import Connector, Deal, Noun, RawRecord, columns
from kam_sync.base.db import Merged, Session
from kam_sync.intake.guard import WINDOW, judge
from kam_sync.intake.model import Gone, HeldWhy, HouseOptions, NounCounts
from kam_sync.intake.store import (
    GoneStore,
    HeldStore,
    RawStore,
    SourceStore,
    WalkStore,
    digest_of,
)
from kam_sync.screening import screened
from kam_sync.translating import translate_all
from kam_sync.wiring import Services

_MOST_CLIENTS = 100_000
_MOST_STAGES = 500
_AT_ONCE = 2500


class Keeping:
    """Keeps the rows of one table of a source; the caller holds the lock of the source."""

    def __init__(
        self, services: Services, source_id: int, connector: Connector, noun: Noun
    ) -> None:
        self._services = services
        self._source_id = source_id
        self._connector = connector
        self._noun = noun
        self._clients: set[str] = set()
        self._stages: dict[str, dict[str, None]] = {}

    def keep(self, session: Session, taken: Sequence[columns.Taken]) -> Merged:
        """Store rows and what they name; no key twice."""
        source_id, now = self._source_id, self._services.now()
        SourceStore(session).write_alone(source_id)
        self._keep_clients(session, self._of_news(session, taken), now)
        self._keep_stages(session, taken, now)
        return self._bring(session, self._noun, [one.raw for one in taken], now)

    def name_clients(self, map_: columns.TableMap) -> None:
        """Store the clients that rows which are there name, for another mapping may name others."""
        after, more = 0, True
        while more:
            with self._services.database.transaction() as session:
                SourceStore(session).write_alone(self._source_id)
                raws = RawStore(session, self._source_id)
                waiting = raws.waiting(self._noun, after=after, limit=_AT_ONCE)
                there = (orjson.loads(one.body) for one in waiting if one.gone is None)
                named = (columns.client_of(map_, body) for body in there)
                self._keep_clients(session, filter(None, named), self._services.now())
                after = waiting[-1].change_no if waiting else after
                more = len(waiting) == _AT_ONCE

    def see(self, session: Session, keys: Sequence[str]) -> None:
        """Remember that rows of a complete table came."""
        WalkStore(session, self._source_id, self._noun).see(keys, None)

    def begin_walk(self) -> None:
        """From now on it counts which rows come."""
        with self._services.database.transaction() as session:
            WalkStore(session, self._source_id, self._noun).begin()

    def end_walk(self, *, is_sure: bool) -> int:
        """Mark rows that did not come as gone, or hold that for a person when they are many.

        Args:
            is_sure: False when there were rows that nobody could read: then nothing is gone.

        Returns:
            How many are held.
        """
        source_id, noun, now = self._source_id, self._noun, self._services.now()
        with self._services.database.transaction() as session:
            SourceStore(session).write_alone(source_id)
            walk = WalkStore(session, source_id, noun)
            absent = self._rows_among(session, walk.absent())
            walk.end()
            if not is_sure:
                return 0
            held = HeldStore(session, source_id)
            left_alone = held.left_alone(noun, absent)
            gone = [key for key in absent if key not in left_alone]
            if why := self._too_many(session, noun, gone, now):
                live = GoneStore(session, source_id).live(noun)
                held.hold(noun, dict.fromkeys(gone), live=live, why=why, now=now)
                return len(gone)
            told = dict.fromkeys(gone, Gone("not in the complete table any more"))
            GoneStore(session, source_id).mark(noun, told, now)
        return 0

    def translate(self, counts: NounCounts) -> None:
        """Say all that waits in our words."""
        for noun in dict.fromkeys((Noun.COMPANY, Noun.PIPELINE, self._noun)):
            translate_all(self._services, self._source_id, self._connector, noun, counts)

    def _rows_among(self, session: Session, keys: Sequence[str]) -> Sequence[str]:
        """Without the companies that no table of companies ever had, only rows of others."""
        if self._noun is not Noun.COMPANY:
            return keys
        bodies = RawStore(session, self._source_id).bodies(self._noun, keys)
        return [key for key in keys if columns.is_row(bodies.get(key))]

    def _too_many(
        self, session: Session, noun: Noun, gone: Collection[str], now: datetime
    ) -> HeldWhy | None:
        raws = GoneStore(session, self._source_id)
        options = SourceStore(session).access(self._source_id).options
        return judge(
            len(gone), raws.live(noun), HouseOptions.among(options).most_deleted_percent,
            earlier=raws.marked_since(noun, now - WINDOW),
        )  # fmt: skip

    def _bring(
        self, session: Session, noun: Noun, raws: Sequence[RawRecord], now: datetime
    ) -> Merged:
        """Store raw records; those that were gone are back, for somebody has just given them."""
        seen = screened(
            self._services, session, self._source_id, noun, raws, self._connector.translate
        )
        merged = RawStore(session, self._source_id).keep(noun, seen.records, now, seen.cut)
        keys = [raw.external_id for raw in raws]
        back = GoneStore(session, self._source_id).revive(noun, keys, now)
        HeldStore(session, self._source_id).came(noun, keys, now)
        updated = min(merged.updated + len(back), len(raws) - merged.created)
        return Merged(merged.created, updated)

    def _of_news(self, session: Session, taken: Sequence[columns.Taken]) -> list[RawRecord]:
        """The clients of rows that are new or have changed: the others have been named before."""
        keys = [one.raw.external_id for one in taken]
        known = RawStore(session, self._source_id).digests(self._noun, keys)
        return [
            one.client
            for one in taken
            if one.client and known.get(one.raw.external_id) != digest_of(one.raw)
        ]

    def _keep_clients(self, session: Session, clients: Iterable[RawRecord], now: datetime) -> None:
        """Store clients as rows name them; the first name that an import has for one counts.

        What a table of companies says of one is better than what rows say; one that it has no more
        is back, for somebody does business with it.
        """
        if len(self._clients) > _MOST_CLIENTS:
            self._clients.clear()
        named: dict[str, RawRecord] = {}
        for client in clients:
            if client.external_id not in self._clients:
                named.setdefault(client.external_id, client)
        known = RawStore(session, self._source_id).bodies(Noun.COMPANY, named)
        of_a_table = {key for key, body in known.items() if columns.is_row(body)}
        GoneStore(session, self._source_id).revive(Noun.COMPANY, sorted(of_a_table), now)
        fresh = [
            RawRecord(Noun.COMPANY, key, columns.client_with(known.get(key), client.body))
            for key, client in named.items()
            if key not in of_a_table
        ]
        if fresh:
            self._bring(session, Noun.COMPANY, fresh, now)
        self._clients.update(named)

    def _keep_stages(self, session: Session, taken: Sequence[columns.Taken], now: datetime) -> None:
        """Store the stages that deals are in, as the pipeline that nobody gives us."""
        news = False
        for deal in (one.record for one in taken if isinstance(one.record, Deal)):
            stage, pipeline = deal.stage_external_id, deal.pipeline_external_id
            if pipeline not in self._stages:
                self._stages[pipeline] = self._known_stages(session, pipeline)
            stages = self._stages[pipeline]
            if stage not in stages and len(stages) < _MOST_STAGES:
                stages[stage], news = None, True
        if news:
            raws = [
                RawRecord(Noun.PIPELINE, pipeline, {"stages": list(stages)})
                for pipeline, stages in self._stages.items()
            ]
            self._bring(session, Noun.PIPELINE, raws, now)

    def _known_stages(self, session: Session, pipeline: str) -> dict[str, None]:
        known = RawStore(session, self._source_id).bodies(Noun.PIPELINE, [pipeline])
        return dict.fromkeys(known.get(pipeline, {}).get("stages", ()))
