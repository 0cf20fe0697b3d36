"""Same customers: what a person is asked, with both companies side by side; what was decided."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.base.errors import Outdated
from kam_sync.jobs import joining, rematching
from kam_sync.matching.showing import asked, told
from kam_sync.matching.store import DecisionStore
from kam_sync.web.api.matches import BY_ID, BY_MONEY, DecisionId
from kam_sync.web.deps import AccountId, By, Serving, read_id
from kam_sync.web.pages import asking
from kam_sync.web.pages.forms import Fields, Pairs
from kam_sync.web.wording import matching as words
from kam_sync.web.wording.rematch import rematch

router = APIRouter()

COMPANIES = asking.Kind(
    of="companies",
    here="/matches",
    record="company",
    whole="account",
    template="matches.html",
    by_money=BY_MONEY,
    by_id=BY_ID,
    store=DecisionStore,
    asked=asked,
    told=told,
    words=words,
    deciding=joining.accounts,
    gone=Outdated,
)


@router.get("/matches", response_class=HTMLResponse)
def show_matches(page: asking.Asked) -> HTMLResponse:
    """What waits for a person, and what was decided last."""
    last = rematching.last(page.session)
    return page.questions(COMPANIES, rematch=last, rematch_words=rematch)


@router.get("/matches/decisions", response_class=HTMLResponse)
def show_decisions(page: asking.Asked) -> HTMLResponse:
    """All that was decided, page by page."""
    return page.decisions(COMPANIES)


@router.post("/matches")
def answer(services: Serving, sent: Fields, by: By) -> RedirectResponse:
    """Answer a question: one customer, or different ones."""
    return asking.answer(services, COMPANIES, sent, by)


@router.post("/matches/decisions/{decision_id}/undo")
def undo(services: Serving, decision_id: DecisionId, sent: Fields, by: By) -> RedirectResponse:
    """Take a decision back; to the account that the button stood at, or to what waits."""
    account = sent.get("account")
    back = f"/accounts/{read_id('account', account)}" if account else COMPANIES.here
    return asking.undo(services, COMPANIES, decision_id, back, by)


@router.post("/accounts/{account_id}/split")
def split(services: Serving, account_id: AccountId, pairs: Pairs, by: By) -> RedirectResponse:
    """Take the companies that are ticked out of an account; back to it where that cannot be."""
    kept = f"/accounts/{account_id}/data?did=kept#companies"
    return asking.split(services, COMPANIES, account_id, pairs, kept=kept, by=by)
