"""What numbers and states say, in a few words."""

from kam_sync.intake.model import Held, HeldWhy, NounEnd, RunState, SourceState
from kam_sync.kpi.definition import Family
from kam_sync.wording.language import Language
from kam_sync.wording.values import full_value, value

__all__ = ["full_value", "value"]
"""What others look for here, too."""


def family(language: Language, about: Family) -> str:
    """What KPIs are about."""
    texts = {
        Family.DEALS: language.gettext("Deals"),
        Family.ORDERS: language.gettext("Orders"),
        Family.RETENTION: language.gettext("Retention"),
        Family.VALUE: language.gettext("Lifetime value"),
        Family.PROFIT: language.gettext("Profit"),
        Family.RECEIVABLES: language.gettext("Receivables"),
        Family.CHANNEL: language.gettext("Sell-in, sell-out, stock"),
        Family.PLANS: language.gettext("Plans and budgets"),
        Family.RELATION: language.gettext("Relation"),
        Family.PORTFOLIO: language.gettext("Portfolio"),
        Family.OWN: language.gettext("Our own"),
    }
    return texts[about]


def source_state(language: Language, state: SourceState) -> str:
    """How a source stands."""
    match state:
        case SourceState.ACTIVE:
            return language.gettext("connected")
        case SourceState.PAUSED:
            return language.gettext("paused")
        case SourceState.NEEDS_PERSON:
            return language.gettext("needs a person")
        case SourceState.NEEDS_REAUTH:
            return language.gettext("needs access anew")
        case SourceState.REMOVING:
            return language.gettext("being removed")


def run_state(language: Language, state: RunState) -> str:
    """How a run stands or ended."""
    match state:
        case RunState.RUNNING:
            return language.gettext("running")
        case RunState.DONE:
            return language.gettext("done")
        case RunState.LATER:
            return language.gettext("will go on later")
        case RunState.STOPPED:
            return language.gettext("stopped")
        case RunState.FAILED:
            return language.gettext("failed")


def noun_end(language: Language, end: NounEnd) -> str:
    """How the pull of one kind of records stands or ended."""
    if end.is_not_offered:
        return language.gettext("not offered")
    return run_state(language, end.state)


def noun(language: Language, name: str) -> str:
    """A kind of CRM records, in the plural; a word we do not know stays as it is."""
    known = {
        "group": language.gettext("Departments"),
        "user": language.gettext("Users"),
        "field": language.gettext("Custom fields"),
        "pipeline": language.gettext("Pipelines"),
        "loss_reason": language.gettext("Loss reasons"),
        "product": language.gettext("Products"),
        "company": language.gettext("Companies"),
        "contact": language.gettext("Contacts"),
        "deal": language.gettext("Deals"),
        "customer": language.gettext("Customers"),
        "purchase": language.gettext("Purchases"),
        "invoice": language.gettext("Invoices"),
        "payment": language.gettext("Payments"),
        "shipment": language.gettext("Shipments (sell-in)"),
        "sell_out": language.gettext("Sell-out"),
        "stock": language.gettext("Stock"),
        "nps_answer": language.gettext("NPS answers"),
        "plan": language.gettext("Plans"),
        "budget": language.gettext("Budgets"),
        "receivable": language.gettext("Receivables"),
        "return": language.gettext("Returns of goods"),
        "cost": language.gettext("Costs of the client"),
        "contract": language.gettext("Contracts"),
        "task": language.gettext("Tasks"),
        "note": language.gettext("Notes and calls"),
        "event": language.gettext("Events"),
    }
    return known.get(name, name)


def held(language: Language, one: Held) -> str:
    """What a held deletion would do, and why it waits."""
    numbers = {
        "count": language.number(one.count),
        "live": language.number(one.live),
        "percent": language.percent(one.percent),
    }
    if one.why is HeldWhy.SIGHT:
        return (
            language.gettext(
                "%(count)s of %(live)s (%(percent)s) were not given, but without an "
                "administrator's rights we may not see all of them."
            )
            % numbers
        )
    return (
        language.gettext(
            "%(count)s of %(live)s (%(percent)s) would be deleted. So many within a day, or all, "
            "may be a right that was taken away, and no deletion."
        )
        % numbers
    )
