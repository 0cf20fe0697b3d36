"""Rules: what opens alerts, how strictly, how they did, and what one would have opened."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from connectors import spoken
from kam_sync.base.errors import WrongUse
from kam_sync.drift.model import Kind, Severity
from kam_sync.drift.registry import BadRule, Known, text_of
from kam_sync.drift.rule import JUDGED, Direction, Rule, Sensitivity
from kam_sync.jobs import ruling
from kam_sync.kpi.definition import Family
from kam_sync.kpi.registry import KPIS
from kam_sync.web.deps import By, Serving
from kam_sync.web.pages import backtest
from kam_sync.web.pages.forms import Fields
from kam_sync.web.pages.rule_form import added, changed, typed
from kam_sync.web.render import pages
from kam_sync.web.wording import rules as words

router = APIRouter()

_MOST_FIRED = 100
_CHOICES: dict[str, Any] = {
    "sensitivities": list(Sensitivity), "directions": list(Direction), "severities": list(Severity)
}  # fmt: skip


@router.get("/rules", response_class=HTMLResponse)
def show_rules(request: Request, services: Serving) -> HTMLResponse:
    """All rules by what the key figures that they watch are about."""
    known, scores = ruling.known(services)
    of: dict[Family | None, list[Known]] = {}
    for one in known:
        of.setdefault(KPIS[one.rule.kpi].family if one.rule else None, []).append(one)
    order = [*dict.fromkeys(kpi.family for kpi in KPIS.values()), None]
    families = sorted(of.items(), key=lambda pair: order.index(pair[0]))
    return pages(request).render(
        request, "rules.html", families=families, scores=scores, rule_words=words
    )


@router.get("/rules/new", response_class=HTMLResponse)
def new_rule(request: Request) -> HTMLResponse:
    """The form of a rule that is not there yet."""
    return _new(request, {})


@router.post("/rules/new")
def add_rule(request: Request, services: Serving, sent: Fields, by: By) -> Response:
    """Add it, switched off: it is tried before it opens anything."""
    try:
        rule = ruling.add(services, added(sent, pages(request).language(request)), by=by)
    except WrongUse as error:
        return _new(request, sent, _said(request, error))
    return _to(f"/rules/{rule.key}")


@router.get("/rules/{key}", response_class=HTMLResponse)
def show_rule(request: Request, services: Serving, key: str) -> HTMLResponse:
    """One rule, to be changed and tried."""
    return _page(request, services, key)


@router.post("/rules/{key}")
def change_rule(request: Request, services: Serving, key: str, sent: Fields, by: By) -> Response:
    """Save it, try it without saving, or take all changes back."""
    if sent.get("do") == "reset":
        ruling.reset(services, key)
        return _to("/rules")
    known = ruling.one(services, key)[0]
    if known.rule is None:
        raise BadRule(known.wrong)
    try:
        rule = changed(known.rule, sent, pages(request).language(request))
    except WrongUse as error:  # BadRule among them: the form says it
        return _page(request, services, key, _Came(sent, wrong=_said(request, error)))
    if sent.get("do") == "try":
        tried = _tried(request, services, known.rule, rule, has_before="before" in sent)
        return _page(request, services, key, _Came(sent, rule, tried))
    ruling.save(services, text_of(rule), by=by)
    return _to(f"/rules/{key}")


def _tried(
    request: Request, services: Serving, saved: Rule, rule: Rule, *, has_before: bool
) -> backtest.Shown:
    """What it would have opened, beside what the rule opens as it is saved."""
    is_changed = rule.model_copy(update={"is_on": saved.is_on}) != saved
    found = ruling.tried(services, rule, saved if has_before and is_changed else None)
    language, today = pages(request).language(request), services.as_of().astimezone(services.zone)
    return backtest.shown(language, rule, found, today.date())


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of a form."""

    sent: dict[str, str] | None = None
    rule: Rule | None = None
    """One that is not saved, and tried."""
    tried: backtest.Shown | None = None
    wrong: str = ""


def _page(request: Request, services: Serving, key: str, came: _Came | None = None) -> HTMLResponse:
    """The page of a rule."""
    known, score = ruling.one(services, key)
    came = came or _Came()
    shown = came.rule or known.rule
    months = ruling.months(services, key)
    return pages(request).render(
        request, "rule.html", status=400 if came.wrong else 200, wrong=came.wrong,
        known=known, rule=shown, score=score, tried=came.tried,
        typed=typed(shown, came.sent) if shown else {},
        open_count=ruling.open_count(services, key),
        months=months, past=backtest.of_months(pages(request).language(request), months),
        text=text_of(shown) if shown else known.text, most=_MOST_FIRED, rule_words=words,
        **_CHOICES,
    )  # fmt: skip


def _new(request: Request, sent: Fields, wrong: str = "") -> HTMLResponse:
    return pages(request).render(
        request, "rule_new.html", status=400 if wrong else 200, wrong=wrong, typed=sent,
        kinds=(Kind.LEVEL, Kind.LIMIT), grains=JUDGED, rule_words=words,
    )  # fmt: skip


def _said(request: Request, error: Exception) -> str:
    return spoken(error, pages(request).language(request).locale)


def _to(page: str) -> RedirectResponse:
    return RedirectResponse(page, status_code=303)
