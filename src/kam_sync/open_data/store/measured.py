"""Views of what is computed here: KPIs and their values, where accounts stand, alerts, rates."""

from kam_sync.open_data.model import Column, Type, View
from kam_sync.open_data.store.columns import (
    currency,
    day,
    day_of,
    flag,
    moment,
    money,
    number,
    text,
    whole,
)

_ACCOUNT = Column("account_id", Type.UUID, "The account, as in `accounts`.", "x.account_id")
_OF_GROUP = flag("is_group", "True: of the account and all below it. False: of it alone.",
                 "x.of_group")  # fmt: skip
_KPI = text("kpi", "The KPI, as in `kpis`.")
_UNIT = text("unit", "The currency of money, else days, percent, count or points.")
_OURS = "JOIN account a ON a.id = x.account_id AND a.merged_into IS NULL"


def _double(name: str, says: str, sql: str = "") -> Column:
    return Column(name, Type.DOUBLE, says, sql or f"x.{name}")


VIEWS = (
    View(
        "kpis", "What is measured, one row a KPI.",
        (
            _KPI, text("title", "Its name in Russian.", "x.title_ru"),
            text("title_en", "Its name in English."),
            text("family", "What it is about: deals, orders, receivables and others."),
            text("measure", "What it counts: money, days, percent, count or points."),
            text("good", "Which direction is good for us: up or down."),
        ),
        "FROM (VALUES :kpis) AS x (kpi, title_ru, title_en, family, measure, good)", ("kpi",),
    ),
    View(
        "kpi_values",
        "Values of KPIs, one row for each account, KPI, unit and period. Take one `grain` and one "
        "`is_group` at a time: sums over several count twice.",
        (
            _ACCOUNT, _OF_GROUP, _KPI, _UNIT,
            text("grain", "How long periods are: day, week, month or quarter."),
            day("period_on", "The first day of the period.", "v.day"),
            number("value", "The value, as it is known now.", "v.value"),
            number("reported_value", "The value as first measured after the period's end.",
                   "v.reported"),
            flag("is_running", "Whether the period has not ended: the value is that until now.",
                 "v.is_running"),
        ),
        """
        FROM series x JOIN account a ON a.id = x.account_id AND a.merged_into IS NULL
        CROSS JOIN LATERAL (
            SELECT w.day, w.value, w.reported, false AS is_running
            FROM unnest(x.ons, x.known, x.reported) AS w(day, value, reported)
            UNION ALL SELECT x.running_on, x.running, NULL, true WHERE x.running_on IS NOT NULL
        ) v
        """,
        ("account_id", "is_group", "kpi", "unit", "grain", "period_on"), month="period_on",
    ),
    View(
        "forecasts", "What accounts will buy in the next twelve months, one row each.",
        (
            _ACCOUNT, _OF_GROUP, _KPI, _UNIT, day("made_on", "When it was computed."),
            number("value", "What is to be expected."),
            number("low", "The lower end: in eight of ten cases it lies between the two."),
            number("high", "The upper end."),
            _double("alive", "How likely it buys at all, 0 to 1."),
            _double("orders", "How many orders."),
        ),
        f"FROM forecast x {_OURS} WHERE x.value IS NOT NULL",
        ("account_id", "is_group", "kpi", "unit"),
    ),
    View(
        "standings", "What accounts bought in twelve whole months, one row for each currency.",
        (
            _ACCOUNT, currency("x.unit"),
            money("amount", "What it and all below it bought; empty for who is below another."),
            money("amount_alone", "What it bought by itself.", "x.alone"),
            money("year_before", "The same in the twelve months before."),
            whole("place", "Its place among all, the largest first."),
            text("pareto_class", "A, B or C.", "x.pareto"),
            number("health", "Its health, 0 to 100."), text("health_band", "How that is called.",
                                                           "x.band"),
            money("lost", "What it bought in the year before, where it bought nothing in this."),
        ),
        f"FROM standing x {_OURS}", ("account_id", "currency"),
    ),
    View(
        "alerts", "Alerts that people were told of, one row each.",
        (
            Column("alert_id", Type.UUID, "Its id.", "x.id"),
            Column("account_id", Type.UUID, "The account, as in `accounts`.",
                   "coalesce(a.merged_into, a.id)"),
            text("rule", "The rule that opened it."), _KPI, text("kind", "What kind of drift."),
            text("severity", "How grave it is."),
            text("state", "How it stands: firing, acknowledged, snoozed, expected, recovering or "
                 "resolved."),
            text("outcome", "What it turned out to be, as somebody said."), _UNIT,
            _double("observed", "The value."), _double("expected", "What is usual."),
            _double("gap", "How far the value is from that, in widths of what is usual."),
            day("since", "Since when it is so."),
            moment("opened_at", "When it was opened."), moment("resolved_at", "When it was over."),
            day_of("opened_on", "When it was opened.", "x.opened_at"),
            day_of("resolved_on", "When it was over.", "x.resolved_at"),
            money("at_risk", "How much money is in question."), currency("x.at_risk_currency"),
            text("assignee", "Who looks after it, where somebody was named."),
            Column("told_by", Type.UUID, "The alert that tells of it, too.", "x.inhibited_by"),
        ),
        "FROM alert x JOIN account a ON a.id = x.account_id WHERE x.state <> 'pending'",
        ("alert_id",), month="opened_on",
    ),
    View(
        "alert_changes", "What happened to alerts, one row each, without what people wrote.",
        (
            Column("change_id", Type.BIGINT, "Its id; later ones are larger.", "x.id"),
            Column("alert_id", Type.UUID, "The alert, as in `alerts`.", "x.alert_id"),
            text("change", "What happened: opened, acknowledged, snoozed, worsened, resolved and "
                 "others."),
            moment("changed_at", "When.", "x.at"), day_of("changed_on", "When.", "x.at"),
            _double("observed", "The value at that moment."),
            _double("expected", "What was usual at that moment."),
            _double("gap", "How far apart these were, in widths of what is usual."),
            text("changed_by", "Who did it; empty for what came of itself.", "x.by"),
        ),
        """
        FROM alert_change x JOIN alert a ON a.id = x.alert_id AND a.state <> 'pending'
        """,
        ("change_id",), month="changed_on",
    ),
    View(
        "exchange_rates", "What a unit of a currency was worth in roubles, one row a day.",
        (
            currency(), day("rate_on", "The day.", 'x."on"'),
            Column("rate", Type.RATE, "Roubles for one unit.", "x.rate"),
        ),
        "FROM exchange_rate x", ("currency", "rate_on"),
    ),
)  # fmt: skip
