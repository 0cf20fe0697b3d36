"""Tables about alerts: those of today, the rules that open them, what a rule would have opened."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import Score, ScoreStore
from kam_sync.base.errors import WrongUse
from kam_sync.drift.backtest import Fired, House, backtest
from kam_sync.drift.registry import Known
from kam_sync.drift.store import RuleStore
from kam_sync.kpi.registry import KPIS
from kam_sync.web.pages.alert_rows import open_rows
from kam_sync.web.pages.exporting.asked import Asking, Filter
from kam_sync.web.pages.exporting.table import Cells, Column, Kind, Table
from kam_sync.web.pages.folding import place
from kam_sync.web.paging import Text
from kam_sync.web.sifting import Show, Sieve
from kam_sync.web.wording import alerts as words
from kam_sync.web.wording import people
from kam_sync.web.wording import rules as rule_words
from kam_sync.wording import drifts

_YEAR = timedelta(days=365)
_SIEVED = {"state", "owner", "severity", "family", "q"}


class Open(Filter):
    """Which alerts: as Today is sifted, or of one account."""

    account: UUID | None = None
    state: Text = Show.ALL
    owner: Text = ""
    severity: Text = ""
    family: Text = ""
    q: Text = ""


class OfRule(Filter):
    """Which rule."""

    rule: Text


def alerts(asking: Asking, wanted: Open) -> Table:
    """The open alerts, the gravest first."""
    sieve = Sieve.of(wanted.model_dump(include=_SIEVED))
    rows = sieve.rows(open_rows(asking.session))
    found = [one for row in rows for one in (row.alert, *row.told.effects)]
    if wanted.account is not None:
        account = asking.account(wanted.account)
        found = [one for one in found if one.account_id == account.id]
    found.sort(key=lambda one: (*place(one), str(one.id)))
    _ = asking.language.gettext
    columns = [
        Column("alert_id", _("Id")),
        Column("account", _("Account")),
        Column("inn", _("INN")),
        Column("responsible", _("Responsible")),
        Column("what", _("What")),
        Column("kpi", _("Key figure")),
        Column("severity", _("Gravity")),
        Column("state", _("State")),
        Column("observed", _("Now"), Kind.NUMBER),
        Column("expected", _("Usual"), Kind.NUMBER),
        Column("unit", _("Unit")),
        Column("at_risk", _("Money at risk"), Kind.MONEY),
        Column("currency", _("Currency")),
        Column("since", _("Since"), Kind.DAY),
        Column("opened_at", _("Opened"), Kind.TIME),
        Column("assignee", _("Looks after it")),
    ]
    return Table(_("Open alerts"), columns, _alerts(asking, found))


def _alerts(asking: Asking, found: list[Alert]) -> Iterator[Cells]:
    language = asking.language
    ids = list({one.account_id for one in found})
    accounts, owners = asking.names_of(ids), AccountStore(asking.session).owners(ids)
    for one in found:
        account, owner = accounts[one.account_id], owners.get(one.account_id)
        yield (
            str(one.id), account.name, account.inn, owner.name if owner else None,
            drifts.alert(language, one), KPIS[one.kpi].title[language.locale],
            rule_words.severity(language, one.severity), words.state(language, one),
            round(one.observed, 4), round(one.expected, 4), one.unit, one.at_risk,
            one.at_risk_currency or None, one.since, one.opened_at, one.assignee or None,
        )  # fmt: skip


def rules(asking: Asking, _wanted: Filter) -> Table:
    """What opens alerts, and how well."""
    session = asking.session
    scores = ScoreStore(session).by_rule(asking.services.now() - _YEAR)
    _ = asking.language.gettext
    columns = [
        Column("key", _("Id")),
        Column("rule", _("Rule")),
        Column("kpi", _("Key figure")),
        Column("looks_for", _("Looks for")),
        Column("severity", _("Gravity")),
        Column("is_on", _("Opens alerts")),
        Column("changed_by", _("Changed by")),
        Column("changed_at", _("Changed"), Kind.TIME),
        Column("opened", _("Alerts in a year"), Kind.NUMBER),
        Column("true", _("There was something to do"), Kind.NUMBER),
        Column("false", _("False alarms"), Kind.NUMBER),
        Column("known", _("Known before"), Kind.NUMBER),
        Column("precision", _("Of them true"), Kind.PERCENT),
    ]
    rows = (_rule(asking, one, scores.get(one.key)) for one in RuleStore(session).known())
    return Table(_("What opens alerts"), columns, rows)


def _rule(asking: Asking, known: Known, score: Score | None) -> Cells:
    language, rule, _ = asking.language, known.rule, asking.language.gettext
    said = (
        (
            rule.title[language.locale], KPIS[rule.kpi].title[language.locale],
            rule_words.looks_at(language, rule), rule_words.severity(language, rule.severity),
            _("yes") if rule.is_on else _("no"),
        )
        if rule
        else (known.key, None, known.wrong, None, _("cannot be read"))
    )  # fmt: skip
    precision = score.precision if score else None
    counts = (score.opened, score.true, score.false, score.known) if score else (None,) * 4
    by = people.person(language, known.by) if known.text else None
    return (
        known.key, *said, by, known.at, *counts,
        None if precision is None else round(100 * precision, 2),
    )  # fmt: skip


def backtested(asking: Asking, wanted: OfRule) -> Table:
    """What a rule as it is saved would have opened in the past, the latest first."""
    known = RuleStore(asking.session).one(wanted.rule)
    if known.rule is None:
        raise WrongUse(f"rule {wanted.rule}: {known.wrong}")
    services = asking.services
    currency = services.settings.currency
    house = House(services.as_of(), services.zone, services.workdays, currency)
    fired = backtest(asking.session, known.rule, house).fired
    _ = asking.language.gettext
    columns = [
        Column("account", _("Account")),
        Column("inn", _("INN")),
        Column("told_on", _("Told on"), Kind.DAY),
        Column("over_on", _("Over"), Kind.DAY),
        Column("what", _("What")),
        Column("observed", _("Now"), Kind.NUMBER),
        Column("expected", _("Usual"), Kind.NUMBER),
        Column("unit", _("Unit")),
    ]
    title = f"{_('What it would have opened')}: {known.rule.title[asking.language.locale]}"
    return Table(title, columns, _fired(asking, fired))


def _fired(asking: Asking, fired: list[Fired]) -> Iterator[Cells]:
    accounts = asking.names_of(list({one.said.account_id for one in fired}))
    for one in fired:
        said, account = one.said, accounts[one.said.account_id]
        yield (
            account.name, account.inn, one.on, one.until, drifts.alert(asking.language, said),
            said.observed, said.expected, said.unit,
        )  # fmt: skip
