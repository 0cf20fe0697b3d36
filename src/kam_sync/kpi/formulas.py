"""The KPIs and how they are computed.

A formula is one SQL query over these tables, which the store lays out for the run:

    kpi_month     on, start_at, end_at      the months; the running one ends now
    kpi_deal      account_id, currency, outcome, amount, opened_at, opened_on, closed_at, closed_on
    kpi_frame     account_id, on, end_at    each account with each month since its first deal
    kpi_currency  account_id, currency, on  the same for each currency the account deals in
    kpi_closed    account_id, currency, on, outcome, amount
                                            each closed deal in each month that it counts as recent
                                            for: closed within the 90 days before the month's end
    kpi_activity  account_id, on, at        each sign of life: deal opened, changed, closed; task;
                                            call, message, e-mail or note of a person

`*_on` is the first day of the month in the time zone of the installation. A deal that was opened
before the first month counts as opened in it. Deleted deals are left out, and one that closes later
than now is still open.
"""

from types import MappingProxyType

from kam_sync.kpi.model import Good, Kpi, Measure

_DEALS = frozenset({"deal"})
_SIGNS = frozenset({"deal", "task", "activity", "contact", "customer", "crm_write"})

_WON_REVENUE = Kpi(
    key="won_revenue",
    title={"ru": "Выручка выигранных сделок", "en": "Won revenue"},
    explanation={
        "ru": "Сумма бюджетов сделок, выигранных за месяц (по дате закрытия).",
        "en": "Sum of the amounts of deals won in the month, by closing date.",
    },
    measure=Measure.MONEY,
    inputs=_DEALS,
    good=Good.UP,
    formula="""
        SELECT f.account_id, f.currency AS unit, f."on", coalesce(sum(d.amount), 0) AS value
        FROM kpi_currency f
        LEFT JOIN kpi_deal d ON d.account_id = f.account_id AND d.currency = f.currency
            AND d.closed_on = f."on" AND d.outcome = 'won'
        GROUP BY f.account_id, f.currency, f."on"
    """,
)

_OPEN_PIPELINE = Kpi(
    key="open_pipeline",
    title={"ru": "Открытая воронка", "en": "Open pipeline"},
    explanation={
        "ru": "Сумма бюджетов сделок, открытых на конец месяца, по их нынешним бюджетам.",
        "en": "Sum of the amounts of deals open at the month's end, at their present amounts.",
    },
    measure=Measure.MONEY,
    inputs=_DEALS,
    good=Good.UP,
    formula="""
        SELECT f.account_id, f.currency AS unit, f."on",
            sum(coalesce(c.amount, 0)) OVER (
                PARTITION BY f.account_id, f.currency ORDER BY f."on") AS value
        FROM kpi_currency f
        LEFT JOIN (
            SELECT account_id, currency, "on", sum(amount) AS amount
            FROM (
                SELECT account_id, currency, opened_on AS "on", amount FROM kpi_deal
                UNION ALL
                SELECT account_id, currency, greatest(closed_on, opened_on), -amount
                FROM kpi_deal WHERE outcome <> 'open'
            ) change
            GROUP BY account_id, currency, "on"
        ) c ON c.account_id = f.account_id AND c.currency = f.currency AND c."on" = f."on"
    """,
)

_AVERAGE_WON_DEAL = Kpi(
    key="average_won_deal",
    title={"ru": "Средняя выигранная сделка", "en": "Average won deal"},
    explanation={
        "ru": "Средний бюджет сделок, выигранных за 90 дней до конца месяца.",
        "en": "Mean amount of deals won in the 90 days before the month's end.",
    },
    measure=Measure.MONEY,
    inputs=_DEALS,
    good=Good.UP,
    formula="""
        SELECT account_id, currency AS unit, "on", avg(amount) AS value
        FROM kpi_closed
        WHERE outcome = 'won' AND amount IS NOT NULL
        GROUP BY account_id, currency, "on"
    """,
)

_WIN_RATE = Kpi(
    key="win_rate",
    title={"ru": "Доля выигранных сделок", "en": "Win rate"},
    explanation={
        "ru": "Выигранные ÷ все закрытые сделки за 90 дней до конца месяца, в процентах.",
        "en": "Won ÷ all closed deals in the 90 days before the month's end, in percent.",
    },
    measure=Measure.PERCENT,
    inputs=_DEALS,
    good=Good.UP,
    formula="""
        SELECT account_id, 'percent' AS unit, "on",
            100.0 * count(*) FILTER (WHERE outcome = 'won') / count(*) AS value
        FROM kpi_closed
        GROUP BY account_id, "on"
    """,
)

_DAYS_SINCE_LAST_WON = Kpi(
    key="days_since_last_won",
    title={"ru": "Дней с последней выигранной сделки", "en": "Days since last won deal"},
    explanation={
        "ru": "Полных дней от последней выигранной сделки до конца месяца.",
        "en": "Whole days from the last won deal to the month's end.",
    },
    measure=Measure.DAYS,
    inputs=_DEALS,
    good=Good.DOWN,
    formula="""
        SELECT account_id, 'days' AS unit, "on",
            floor(extract(epoch FROM end_at - last_at) / 86400) AS value
        FROM (
            SELECT f.account_id, f."on", f.end_at,
                max(w.at) OVER (PARTITION BY f.account_id ORDER BY f."on") AS last_at
            FROM kpi_frame f
            LEFT JOIN (
                SELECT account_id, greatest(closed_on, opened_on) AS "on", max(closed_at) AS at
                FROM kpi_deal WHERE outcome = 'won' GROUP BY 1, 2
            ) w ON w.account_id = f.account_id AND w."on" = f."on"
        ) seen
        WHERE last_at IS NOT NULL
    """,
)

_DAYS_SINCE_LAST_ACTIVITY = Kpi(
    key="days_since_last_activity",
    title={"ru": "Дней с последней активности", "en": "Days since last activity"},
    explanation={
        "ru": "Полных дней от последней сделки, задачи, звонка, письма, заметки до конца месяца.",
        "en": "Whole days from the last deal, task, call, message or note to the month's end.",
    },
    measure=Measure.DAYS,
    inputs=_SIGNS,
    good=Good.DOWN,
    formula="""
        SELECT account_id, 'days' AS unit, "on",
            floor(extract(epoch FROM end_at - last_at) / 86400) AS value
        FROM (
            SELECT f.account_id, f."on", f.end_at,
                max(a.at) OVER (PARTITION BY f.account_id ORDER BY f."on") AS last_at
            FROM kpi_frame f
            LEFT JOIN (
                SELECT account_id, "on", max(at) AS at FROM kpi_activity GROUP BY account_id, "on"
            ) a ON a.account_id = f.account_id AND a."on" = f."on"
        ) seen
        WHERE last_at IS NOT NULL
    """,
)

KPIS = MappingProxyType(
    {
        kpi.key: kpi
        for kpi in (
            _WON_REVENUE,
            _OPEN_PIPELINE,
            _AVERAGE_WON_DEAL,
            _WIN_RATE,
            _DAYS_SINCE_LAST_WON,
            _DAYS_SINCE_LAST_ACTIVITY,
        )
    }
)
"""All KPIs by key, in the order in which people see them."""
