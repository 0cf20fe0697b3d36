"""What waits for a person and what was decided, on pages: of companies and of contacts alike."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import ModuleType
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.base.errors import Outdated, WrongUse
from kam_sync.matching.deciding import Deciding
from kam_sync.matching.proposing import Proposed
from kam_sync.matching.store import Decisions
from kam_sync.web import paging
from kam_sync.web.api.matches import place_of, write_place
from kam_sync.web.deps import AllSources, Reading, Serving, read_id
from kam_sync.web.pages.forms import Came, note_of, record, went
from kam_sync.web.paging import Cursor
from kam_sync.web.render import pages
from kam_sync.wiring import Services

_AT_ONCE, _LATEST, _DECISIONS = 20, 5, 50


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked about: companies that may be one account, or contacts of one person."""

    of: str
    """`companies` or `people`."""
    here: str
    """The address of the page."""
    record: str
    whole: str
    """What records are made one of: an account, a person."""
    template: str
    by_money: Cursor
    by_id: Cursor
    store: type[Decisions[Any]]
    asked: Callable[..., Sequence[Any]]
    told: Callable[..., Sequence[Any]]
    words: ModuleType
    deciding: Callable[..., AbstractContextManager[Deciding]]
    gone: type[Exception]
    """Raised where one of two belongs to another by now."""

    def about(self, whole: UUID) -> dict[str, UUID]:
        """What a page should lead to afterwards: people have no page of their own."""
        return {"account": whole} if self.whole == "account" else {}


@dataclass(frozen=True, slots=True)
class Asking:
    """A request for a page of questions or of decisions."""

    request: Request
    session: Reading
    sources: AllSources
    services: Serving
    came: Came
    cursor: Annotated[str | None, Query()] = None

    def questions(self, kind: Kind, **more: Any) -> HTMLResponse:
        """What waits for a person, and what was decided last."""
        after = place_of(kind.by_money.read(self.cursor))
        found = kind.store(self.session).questions(after=after, limit=_AT_ONCE + 1)
        kept, next_cursor = paging.page(
            found, _AT_ONCE, lambda row: write_place(row, kind.by_money)
        )
        return self._page(
            kind,
            kind.template,
            next_cursor,
            here=kind.here,
            record=kind.record,
            questions=kind.asked(self.session, kept),
            decisions=self._told(kind, limit=_LATEST),
            card=self._card(kind),
            has_sources=len(self.sources.all) > 0,
            **more,
        )

    def decisions(self, kind: Kind) -> HTMLResponse:
        """All that was decided, page by page."""
        after = kind.by_id.read(self.cursor)
        before = {} if after is None else {"before": int(after[0])}
        found = self._told(kind, limit=_DECISIONS + 1, **before)
        kept, next_cursor = paging.page(found, _DECISIONS, lambda one: kind.by_id.write(one.act.id))
        return self._page(kind, "match_decisions.html", next_cursor, decisions=kept)

    def compared(
        self, kind: Kind, template: str, proposed: Proposed[Any], *, q: str, **more: Any
    ) -> HTMLResponse:
        """Two side by side that nobody asks about, and what speaks for and against a merge.

        Args:
            q: what was looked for when the other one was found.
        """
        return pages(self.request).render(
            self.request, template, question=proposed.asked, apart=proposed.apart,
            card=self._card(kind), names=self.sources.names, words=kind.words, q=q.strip(), **more,
        )  # fmt: skip

    def _card(self, kind: Kind) -> Callable[[Any], str | None]:
        """Where a record is seen in its CRM."""
        return lambda one: self.sources.card(
            self.services, one.source_id, kind.record, one.external_id
        )

    def _told(self, kind: Kind, **which: Any) -> list[Any]:
        return list(kind.told(self.session, kind.store(self.session).acts(**which)))

    def _page(
        self, kind: Kind, template: str, next_cursor: str | None, **shown: Any
    ) -> HTMLResponse:
        return pages(self.request).render(
            self.request, template, of=kind.of, next_cursor=next_cursor,
            is_first=self.cursor is None, names=self.sources.names, came=self.came,
            words=kind.words, **shown,
        )  # fmt: skip


Asked = Annotated[Asking, Depends()]


def answer(services: Services, kind: Kind, sent: dict[str, str], by: str) -> RedirectResponse:
    """Answer a question: one, or different ones; a page that is out of date says so."""
    match sent.get("do"):
        case "merge":
            return _merge(services, kind, sent, by)
        case "apart":
            pair = record(sent.get("one", "")), record(sent.get("other", ""))
            with kind.deciding(services, by=by) as deciding:
                done = deciding.keep_apart(pair, note_of(sent))
            return went(kind.here, did="apart", decision=done)
        case _:
            raise WrongUse("form: no such button")


def _merge(services: Services, kind: Kind, sent: dict[str, str], by: str) -> RedirectResponse:
    one, other = (
        read_id(kind.whole, sent.get(f"{which}_{kind.whole}", "")) for which in ("one", "other")
    )
    try:
        with kind.deciding(services, by=by) as deciding:
            done = deciding.merge(one, other, note_of(sent))
    except kind.gone:
        return went(kind.here, did="stale", **kind.about(one))
    return went(kind.here, did="merge", **kind.about(one), decision=done)


def undo(services: Services, kind: Kind, decision_id: int, back: str, by: str) -> RedirectResponse:
    """Take a decision back, and go back to where the button stood."""
    try:
        with kind.deciding(services, by=by) as deciding:
            deciding.undo(decision_id)
    except Outdated:
        return went(back, did="undone")
    return went(back, did="undo")


def split(
    services: Services,
    kind: Kind,
    whole: UUID,
    pairs: list[tuple[str, str]],
    *,
    kept: str,
    by: str,
) -> RedirectResponse:
    """Take the records that are ticked out of a whole; to `kept` where that cannot be."""
    leaving = [record(value) for name, value in pairs if name == kind.record]
    try:
        with kind.deciding(services, by=by) as deciding:
            done = deciding.split(whole, leaving, note_of(dict(pairs)))
    except WrongUse:
        return RedirectResponse(kept, status_code=303)
    return went(f"{kind.here}/decisions", did="split", **kind.about(whole), decision=done)
