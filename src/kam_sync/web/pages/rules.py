"""Rules: what opens alerts, how strictly, how they did, and what one would have opened."""

from decimal import Decimal, InvalidOperation
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from connectors import Spoken, spoken, wrongs
from kam_sync.base.errors import WrongUse
from kam_sync.drift.model import Kind, Severity
from kam_sync.drift.registry import BadRule, text_of
from kam_sync.drift.rule import JUDGED, Direction, Rule, Sensitivity
from kam_sync.jobs import ruling
from kam_sync.web.deps import Serving, from_our_pages
from kam_sync.web.pages.forms import BY, Fields
from kam_sync.web.render import pages
from kam_sync.web.wording import rules as words

router = APIRouter()

_MOST_FIRED = 200
_CHOICES: dict[str, Any] = {
    "sensitivities": list(Sensitivity), "directions": list(Direction), "severities": list(Severity)
}  # fmt: skip


@router.get("/rules", response_class=HTMLResponse)
def show_rules(request: Request, services: Serving) -> HTMLResponse:
    """All rules, in the order of their KPIs."""
    known, scores = ruling.known(services)
    return pages(request).render(
        request, "rules.html", known=known, scores=scores, rule_words=words
    )


@router.get("/rules/new", response_class=HTMLResponse)
def new_rule(request: Request) -> HTMLResponse:
    """The form of a rule that is not there yet."""
    return pages(request).render(
        request, "rule_new.html", kinds=(Kind.LEVEL, Kind.LIMIT), grains=JUDGED, rule_words=words
    )


@router.post("/rules/new", dependencies=[Depends(from_our_pages)])
def add_rule(services: Serving, sent: Fields) -> RedirectResponse:
    """Add it, switched off: it is tried before it opens anything."""
    title = sent.get("title", "")
    said: dict[str, Any] = {
        "key": sent.get("key", ""), "title": {"ru": title, "en": title}, "kind": sent.get("kind"),
        "kpi": sent.get("kpi", ""), "grain": sent.get("grain") or "month", "is_on": False,
        "above": _number(sent, "above"), "below": _number(sent, "below"),
    }  # fmt: skip
    rule = ruling.add(services, _checked(said), by=BY)
    return RedirectResponse(f"/rules/{rule.key}", status_code=303)


@router.get("/rules/{key}", response_class=HTMLResponse)
def show_rule(request: Request, services: Serving, key: str) -> HTMLResponse:
    """One rule, to be changed and tried."""
    return _page(request, services, key)


@router.post("/rules/{key}", dependencies=[Depends(from_our_pages)])
def change_rule(request: Request, services: Serving, key: str, sent: Fields) -> Response:
    """Save it, try it without saving, or take all changes back."""
    if sent.get("do") == "reset":
        ruling.reset(services, key)
        return _to("/rules")
    known = ruling.one(services, key)[0]
    if known.rule is None:
        raise BadRule(known.wrong)
    try:
        rule = _changed(known.rule, sent)
    except WrongUse as error:  # BadRule among them: the form says it
        return _page(
            request, services, key, wrong=spoken(error, pages(request).language(request).locale)
        )
    if sent.get("do") == "try":
        return _page(request, services, key, rule)
    ruling.save(services, text_of(rule), by=BY)
    return _to(f"/rules/{key}")


def _page(
    request: Request, services: Serving, key: str, rule: Rule | None = None, *, wrong: str = ""
) -> HTMLResponse:
    """The page of a rule; `rule` is one that is not saved, and tried."""
    known, score = ruling.one(services, key)
    tried = None if rule is None else ruling.tried(services, rule)
    shown = rule or known.rule
    return pages(request).render(
        request, "rule.html", status=400 if wrong else 200, wrong=wrong, known=known,
        rule=shown, score=score, tried=tried,
        text=text_of(shown) if shown else known.text, most=_MOST_FIRED, rule_words=words,
        **_CHOICES,
    )  # fmt: skip


def _changed(rule: Rule, sent: Fields) -> Rule:
    """A rule as the form says it; what the form does not have stays."""
    said = rule.model_dump()
    for name in ("sensitivity", "direction", "severity"):
        said[name] = sent.get(name) or said[name]
    for name in ("above", "below", "at_least", "at_least_percent"):
        if name in sent:
            said[name] = _number(sent, name)
    if said["at_least_percent"] is None:
        said["at_least_percent"] = Decimal(0)
    if "owners" in sent:
        said["owners"] = [one.strip() for one in sent["owners"].split(",") if one.strip()]
    said["is_on"] = "is_on" in sent
    return _checked(said)


def _checked(said: dict[str, Any]) -> Rule:
    try:
        return Rule.model_validate(said)
    except ValidationError as error:
        path, why = wrongs.sentences(error, Rule)[0]
        where = "".join(f"{part}: " for part in path)
        raise BadRule(Spoken(f"{where}{why}", f"{where}{why.ru}")) from error


def _number(sent: Fields, name: str) -> Decimal | None:
    text = sent.get(name, "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", ".")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise WrongUse(Spoken(f"{name}: a number is needed", f"{name}: нужно число")) from error


def _to(page: str) -> RedirectResponse:
    return RedirectResponse(page, status_code=303)
