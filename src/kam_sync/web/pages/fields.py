"""The field map of a source: a person says which custom field is which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from connectors import Field, fieldmap
from kam_sync import field_map
from kam_sync.web.deps import AllSources, Reading, Serving, from_our_pages
from kam_sync.web.render import pages
from kam_sync.web.wording import fields as words

router = APIRouter()

Form = Annotated[bytes, Body(media_type="application/x-www-form-urlencoded")]


@dataclass(frozen=True, slots=True)
class Choice:
    """A target with the fields that may be chosen for it."""

    entry: field_map.Entry
    fields: Sequence[Field]


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


@router.post("/sources/{source}/fields", dependencies=[Depends(from_our_pages)])
def save_fields(
    services: Serving, sources: AllSources, source: str, form: Form = b""
) -> RedirectResponse:
    """Set all targets as they were chosen."""
    name = sources.named(source).name
    chosen = dict(parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True))
    field_map.change(services, name, chosen, whole=True)
    return RedirectResponse(f"/sources/{quote(name)}/fields?saved=yes", status_code=303)


def _choice(entry: field_map.Entry, fields: Sequence[Field]) -> Choice:
    target = fieldmap.TARGETS.get(entry.target)
    fit = [f for f in fields if target and f.about_noun == target.noun and f.kind in target.kinds]
    return Choice(entry, fit)
