"""Converts the money of open tables to one currency, each row by the rate of its own day.

The rate of a day is the last one known on or before it, `:lasts_days` days old at most, for there
are none of weekends and holidays; from one foreign currency to another it goes by way of `:base`.
A row whose rate is not known keeps its currency: it has a series of its own, and nothing is lost.
"""

from kam_sync.kpi.store.open_table import MONEY, OpenTable

RATES = (
    "DROP TABLE IF EXISTS kpi_rate",
    """
    CREATE TEMP TABLE kpi_rate ON COMMIT DROP AS
    WITH known AS (
        SELECT r.currency, CAST(d.day AS date) AS day, r.rate
        FROM (
            SELECT currency, "on", rate,
                lead("on") OVER (PARTITION BY currency ORDER BY "on") AS next_on
            FROM exchange_rate
        ) r
        CROSS JOIN LATERAL generate_series(
            CAST(r."on" AS timestamp),
            CAST(least(r.next_on - 1, r."on" + CAST(:lasts_days AS int)) AS timestamp),
            interval '1 day'
        ) AS d(day)
    ), worth AS (
        SELECT currency, day, rate FROM known WHERE currency <> :base
        UNION ALL SELECT DISTINCT CAST(:base AS text), day, 1.0 FROM known
    )
    SELECT f.currency, f.day, f.rate / t.rate AS rate
    FROM worth f JOIN worth t ON t.day = f.day AND t.currency = :currency
    WHERE f.currency <> :currency
    """,
    "ANALYZE kpi_rate",
)
"""Lays out by how much the money of a currency and a day is multiplied."""


_CONVERTED = """
    SELECT m.account_id, {columns} FROM ({rows}) m
    LEFT JOIN kpi_rate x ON x.currency = m.currency AND x.day = {day}
"""


def converted(rows: str, spec: OpenTable) -> str:
    """The rows of an open table with all money of each in `:currency`, where its rate is known."""
    if not spec.rate_of:
        return rows
    columns = ", ".join(_column(name) for name in spec.columns)
    return _CONVERTED.format(columns=columns, rows=rows, day=spec.rate_of)


def _column(name: str) -> str:
    if name == "currency":
        return "CASE WHEN x.rate IS NULL THEN m.currency ELSE :currency END AS currency"
    if name in MONEY:
        return f'm."{name}" * coalesce(x.rate, 1) AS "{name}"'
    return f'm."{name}"'
