"""Renders pages: templates, one environment per language."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kam_sync.access.model import Area, Deed, Identity
from kam_sync.access.roles import may
from kam_sync.base.settings import Locale
from kam_sync.kpi.registry import KPIS
from kam_sync.web.deps import LANGUAGE_COOKIE, locale
from kam_sync.web.theme import THEME_COOKIE, Theme, theme
from kam_sync.web.wording import access, alerts, people, sentences, troubles
from kam_sync.web.wording.language import Language
from kam_sync.web.wording.tabs import tabs
from kam_sync.wording import drifts

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_A_YEAR = 365 * 24 * 3600


class Pages:
    """Renders templates in all languages."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._languages = {name: Language(name, zone) for name in Locale}
        version = _digest_of_static()
        self._environments = {
            name: _environment(language, version) for name, language in self._languages.items()
        }

    def language(self, request: Request) -> Language:
        """The language that this request is answered in."""
        return self._languages[locale(request)]

    def render(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page; the language and the look that were asked for are remembered."""
        language = self.language(request)
        text = (
            self._environments[language.locale]
            .get_template(template)
            .render(
                path=request.url.path,
                switch=_switch(request, "lang", Locale),
                theme=theme(request),
                themes=_switch(request, "theme", Theme),
                waiting=getattr(request.state, "waiting", {}),
                seen=getattr(request.state, "seen", ""),
                owns_none=getattr(request.state, "owns_none", False),
                **_of_asker(request),
                **values,
            )
        )
        response = HTMLResponse(text, status_code=status, headers={"Vary": "Cookie"})
        chosen = {
            "lang": (LANGUAGE_COOKIE, language.locale.value),
            "theme": (THEME_COOKIE, theme(request).value),
        }
        for key, (cookie, value) in chosen.items():
            if request.query_params.get(key) == value:
                response.set_cookie(cookie, value, max_age=_A_YEAR, samesite="lax")
        return response


@cache
def pages_of(zone: ZoneInfo) -> Pages:
    """The renderer in a time zone; a process reads catalogs and compiles templates once."""
    return Pages(zone)


def pages(request: Request) -> Pages:
    """The renderer of this application."""
    found: Pages = request.app.state.pages
    return found


def language(request: Request) -> Language:
    """The language that this request is answered in."""
    return pages(request).language(request)


Spoken = Annotated[Language, Depends(language)]


def _environment(language: Language, version: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The i18n extension adds this method to the environment.
    cast("Any", environment).install_gettext_translations(language.translations, newstyle=True)
    environment.globals.update(
        language=language,
        say=sentences,
        drifts=drifts,
        people=people,
        access_words=access,
        settings_tabs=partial(tabs, language),
        alert_words=alerts,
        troubles=troubles,
        kpis=KPIS,
        version=version,
    )
    return environment


def _switch(request: Request, key: str, names: Iterable[StrEnum]) -> dict[str, str]:
    """The address of this page with each choice of `key`."""
    query = request.query_params.multi_items()
    others = [(k, v) for k, v in query if k not in {key, "code", "state"}]  # secrets of OAuth
    return {name.value: f"?{urlencode([*others, (key, name.value)])}" for name in names}


def _of_asker(request: Request) -> dict[str, Any]:
    """Who a page is for, and the question whether they may do something, with which pages hide what
    would be refused; where nobody is known (log-in, errors) there is nothing that they may."""
    who: Identity | None = getattr(request.state, "identity", None)

    def is_allowed(area: str, deed: str = "see") -> bool:
        return who is not None and may(who, Area(area), Deed(deed))

    return {"who": who, "may": is_allowed}


def _digest_of_static() -> str:
    """Changes when a file does, so that browsers may keep files for long."""
    digest = blake2b(digest_size=6)
    for path in sorted(STATIC.rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
