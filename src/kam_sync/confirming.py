"""Asks the CRM about records that a hint names: who is there is kept, who is not is gone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from connectors import Connector, FetchesSome, Hint, HintKind, NoRights, Noun, RawRecord
from kam_sync.accounts.store import MergingStore
from kam_sync.base.db import Session, clock_of
from kam_sync.intake.guard import WINDOW, judge
from kam_sync.intake.model import Gone, HouseOptions, NotedHint, NounCounts, Origin
from kam_sync.intake.store import AskedStore, GoneStore, HeldStore, HintStore, RawStore, SourceStore
from kam_sync.screening import screened
from kam_sync.translating import translate_all
from kam_sync.wiring import Services

_CHUNK = 500
_ROUNDS = 3
"""A merge brings hints about what belonged to the loser, and these could name others once more."""
_RECENTLY = timedelta(days=1)


class Confirming:
    """Acts on the hints of one source; whatever stops it, a hint stays until it was acted on."""

    def __init__(
        self,
        services: Services,
        source_id: int,
        connector: Connector,
        counts: Mapping[Noun, NounCounts],
        go_on: Callable[[], None],
        asked: dict[Noun, set[str]] | None = None,
    ) -> None:
        """`asked` is told all that was asked for by id."""
        self._services = services
        self._source_id = source_id
        self._connector = connector
        self._counts = counts
        self._go_on = go_on
        self._asked = {} if asked is None else asked
        self.unclear: set[Noun] = set()
        """Nouns of which only the whole list tells who has vanished; their next pull is one."""

    def run(self, origins: Collection[Origin] = frozenset(Origin)) -> str:
        """Confirm hints of these origins; returns what people should know of it, mostly nothing."""
        refused: dict[Noun, str] = {}
        for _ in range(_ROUNDS):
            with self._services.database.transaction() as session:
                waiting = HintStore(session, self._source_id).nouns(origins)
            nouns = [noun for noun in self._connector.nouns if noun not in refused]
            if waiting.isdisjoint(nouns):
                break
            for noun in nouns:
                try:
                    self._confirm(noun, origins)
                except NoRights as error:
                    refused[noun] = str(error)
        return next(iter(refused.values()), "")

    def _confirm(self, noun: Noun, origins: Collection[Origin]) -> None:
        """Act on the hints of a noun."""
        for hint in self._waiting(noun, HintKind.MERGED, origins):
            self._go_on()
            self._look_into_merge(noun, hint)
        checks = self._waiting(noun, HintKind.CHECK, origins)
        gone: dict[str, Gone] = {}
        for first in range(0, len(checks), _CHUNK):
            self._go_on()
            gone |= self._ask(noun, checks[first : first + _CHUNK])
        if gone:
            self._let_go(noun, gone, [hint for hint in checks if hint.external_id in gone])
        if checks:
            self._translate(noun)

    def _ask(self, noun: Noun, hints: Sequence[NotedHint]) -> dict[str, Gone]:
        """Keep those who are there, and return those who are not with what is known of it."""
        asked = {hint.external_id: hint for hint in hints}
        asked_at = self._moment()
        self._asked.setdefault(noun, set()).update(asked)
        if isinstance(self._connector, FetchesSome):
            found = self._fetch(self._connector, noun, list(asked))
            there = {raw.external_id for raw in found}
            # asked twice: an answer that is empty by mistake must not delete anything
            missing = [key for key in asked if key not in there]
            found += self._fetch(self._connector, noun, missing) if missing else []
            there |= {raw.external_id for raw in found}
        else:  # nobody to ask: a list is believed, and so is word of a deletion
            found, there = [], {h.external_id for h in hints if h.origin is Origin.LISTED}
        with self._services.database.transaction() as session:
            self._keep(session, noun, found)
            self._welcome(session, noun, sorted(there))
            AskedStore(session, self._source_id).note(noun, asked, asked_at)
            HintStore(session, self._source_id).drop(
                noun, HintKind.CHECK, [asked[key] for key in asked if key in there]
            )
        return {
            key: Gone(hint.evidence or hint.origin.value, hint.merged_into)
            for key, hint in asked.items()
            if key not in there
        }

    def _moment(self) -> datetime:
        """The database's time, as that of webhooks; to be taken before a question is asked."""
        with self._services.database.transaction() as session:
            return clock_of(session)

    def _fetch(
        self, connector: FetchesSome, noun: Noun, external_ids: Sequence[str]
    ) -> list[RawRecord]:
        wanted = set(external_ids)
        found = connector.get_many(noun, external_ids)
        return [raw for raw in found if raw.external_id in wanted]

    def _let_go(self, noun: Noun, gone: Mapping[str, Gone], read: Sequence[NotedHint]) -> None:
        """Mark records as gone, or hold them for a person where there are too many of them."""
        now, source_id = self._services.now(), self._source_id
        with self._services.database.transaction() as session:
            sources, raws = SourceStore(session), GoneStore(session, source_id)
            held, hints = HeldStore(session, source_id), HintStore(session, source_id)
            sources.write_alone(source_id)
            alone = held.left_alone(noun, gone)
            merges = {key: gone[key].merged_into for key in alone}
            held.tell_merged(noun, {key: into for key, into in merges.items() if into})
            wanted = {key: how for key, how in gone.items() if key not in alone}
            lost, live = raws.live_among(noun, wanted), raws.live(noun)
            access = sources.access(source_id)
            why = judge(
                len(lost), live, HouseOptions.among(access.options).most_deleted_percent,
                earlier=raws.marked_since(noun, now - WINDOW), sees_all=access.sees_all,
            )  # fmt: skip
            if why:
                merged = {key: wanted[key].merged_into for key in lost}
                held.hold(noun, merged, live=live, why=why, now=now)
                self._counts[noun].held += len(lost)
            else:
                changed = raws.mark(noun, wanted, now)
                moved = [key for key in changed if wanted[key].merged_into or noun in self.unclear]
                follow = MergingStore(session, source_id).pointing_at(noun, moved)
                hints.note(follow, Origin.MERGE, now)
            hints.drop(noun, HintKind.CHECK, read)

    def _look_into_merge(self, noun: Noun, hint: NotedHint) -> None:
        """Fetch the survivor with its tasks and notes, and note who may have vanished into it."""
        survivor = hint.external_id
        if not isinstance(self._connector, FetchesSome):
            self._note_vanished(noun, survivor, {}, done=hint)
            return
        found = list(self._connector.get_many(noun, [survivor]))
        if not found:  # gone as well, and with it what it had of those merged into it
            self.unclear.add(noun)
            with self._services.database.transaction() as session:
                RawStore(session, self._source_id).forget_cursor(noun)
        related = list(self._connector.get_related(noun, survivor)) if found else []
        with self._services.database.transaction() as session:
            robbed = MergingStore(session, self._source_id).robbed(noun, survivor, related)
        # What says who was robbed is overwritten by what is kept next.
        self._note_vanished(noun, survivor, robbed | self._alike(noun, survivor))
        with self._services.database.transaction() as session:
            for what in (noun, Noun.TASK, Noun.NOTE):
                self._keep(session, what, [r for r in (*found, *related) if r.noun is what])
            self._welcome(session, noun, [survivor] if found else [])
        for what in (noun, Noun.TASK, Noun.NOTE):
            self._translate(what)
        self._note_vanished(noun, survivor, self._alike(noun, survivor), done=hint)

    def _alike(self, noun: Noun, survivor: str) -> dict[str, str]:
        since = self._services.now() - _RECENTLY
        with self._services.database.transaction() as session:
            return MergingStore(session, self._source_id).alike(noun, survivor, since=since)

    def _note_vanished(
        self,
        noun: Noun,
        survivor: str,
        evidence: Mapping[str, str],
        *,
        done: NotedHint | None = None,
    ) -> None:
        now = self._services.now()
        with self._services.database.transaction() as session:
            hints = HintStore(session, self._source_id)
            hints.note_merged(noun, evidence, survivor, now)
            if done is not None:
                hints.note([Hint(noun, survivor)], Origin.EVENT, now)
                hints.drop(noun, HintKind.MERGED, [done])

    def _keep(self, session: Session, noun: Noun, found: Sequence[RawRecord]) -> None:
        if not found or noun not in self._counts:
            return
        SourceStore(session).write_alone(self._source_id)
        seen = screened(
            self._services, session, self._source_id, noun, found, self._connector.translate
        )
        now = self._services.now()
        merged = RawStore(session, self._source_id).keep(noun, seen.records, now, seen.cut)
        self._counts[noun].count(len(found), merged.created, merged.updated)

    def _welcome(self, session: Session, noun: Noun, external_ids: Sequence[str]) -> None:
        """Who was given by id is there, whatever we thought of it."""
        now = self._services.now()
        GoneStore(session, self._source_id).revive(noun, external_ids, now)
        HeldStore(session, self._source_id).came(noun, external_ids, now)

    def _translate(self, noun: Noun) -> None:
        if noun in self._counts:
            translate_all(
                self._services, self._source_id, self._connector, noun, self._counts[noun]
            )

    def _waiting(self, noun: Noun, kind: HintKind, origins: Collection[Origin]) -> list[NotedHint]:
        with self._services.database.transaction() as session:
            found = HintStore(session, self._source_id).waiting(noun, kind)
            session.expunge_all()
            return [hint for hint in found if hint.origin in origins]
