"""The field map of a source: a person says which custom field is which."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from connectors import Field, fieldmap
from kam_sync import field_map
from kam_sync.web.deps import AllSources, Reading, Serving
from kam_sync.web.pages.forms import Pairs
from kam_sync.web.render import pages
from kam_sync.web.wording import fields as words

router = APIRouter()

_SEEN = "seen:"
"""What the page showed as chosen for a target; what a person leaves so is not set."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A target with the fields that may be chosen for it."""

    entry: field_map.Entry
    fields: Sequence[Field]

    @property
    def shown(self) -> str:
        """The field that stands as chosen; none when what is mapped cannot be read."""
        return "" if self.entry.wrong else self.entry.external_id


@router.get("/sources/{source}/fields", response_class=HTMLResponse)
def show_fields(
    request: Request, session: Reading, sources: AllSources, source: str, saved: str = ""
) -> HTMLResponse:
    """One choice per target, with what is wrong and what may fit."""
    found = sources.named(source)
    shown = field_map.look(session, found.id, with_samples=True)
    return pages(request).render(
        request,
        "fields.html",
        source=found,
        shown=shown,
        choices=[_choice(entry, shown.fields) for entry in shown.entries],
        words=words,
        saved=bool(saved),
    )


@router.post("/sources/{source}/fields")
def save_fields(
    services: Serving, sources: AllSources, source: str, pairs: Pairs
) -> RedirectResponse:
    """Set the targets that were changed, or all as they were seen: what is set is confirmed."""
    name = sources.named(source).name
    sent = dict(pairs)
    is_whole = sent.pop("do", "") == "all"
    seen = {key.removeprefix(_SEEN): sent.pop(key) for key in list(sent) if key.startswith(_SEEN)}
    chosen = {t: field for t, field in sent.items() if is_whole or seen.get(t) != field}
    field_map.change(services, name, chosen, whole=is_whole)
    return RedirectResponse(f"/sources/{quote(name)}/fields?saved=yes", status_code=303)


def _choice(entry: field_map.Entry, fields: Sequence[Field]) -> Choice:
    target = fieldmap.TARGETS.get(entry.target)
    fit = [f for f in fields if target and f.about_noun == target.noun and f.kind in target.kinds]
    return Choice(entry, fit)
