"""Which rows the values of a KPI are made of, each in the months that it counts for.

A query gives which record a row is (noun, source_id, external_id), what it is told apart by
(company, pipeline, owner, contact, product, product_name, article), its money's `currency` and the
`day` of its rate, the month `on`, and what it adds: `amount`, for a ratio also `divisor`. `months`
has the months that are asked for, with their days and moments; `since` is 90 days before the end.
Whose rows these are is said by the open tables: what is deleted, or another account's, or still to
come, is not among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kam_sync.kpi.splits import Dimension
from kam_sync.kpi.store.open_tables import FACT_ROWS, OPEN_TABLES

_LINKS = "(SELECT * FROM account_link WHERE account_id = :account)"
_DEALS = OPEN_TABLES["deals"].rows.format(links=_LINKS)
_OF_DEALS = """
    SELECT 'deal' AS noun, r.external_id, r.source_id, d.company_external_id AS company,
        r.pipeline_external_id AS pipeline, d.owner_external_id AS owner,
        d.contact_external_ids[1] AS contact, NULL AS product,
        NULL AS product_name, NULL AS article, r.currency,
        (coalesce(r.closed_at, r.opened_at) AT TIME ZONE :zone)::date AS day, m."on",
        {amount} AS amount, 1 AS divisor
    FROM ({deals}) r
    JOIN deal d ON d.source_id = r.source_id AND d.external_id = r.external_id
    JOIN months m ON {counts}
"""
_OF_FACTS = """
    SELECT '{noun}' AS noun, f.external_id, f.source_id, f.company_external_id AS company,
        NULL AS pipeline, NULL AS owner, NULL AS contact, f.goods AS product,
        f.goods_name AS product_name, {article} AS article,
        f.currency, f.{day} AS day, m."on", {amount} AS amount, {divisor} AS divisor
    FROM ({facts}) f JOIN months m ON f.{day} BETWEEN m."on" AND m.last_day
    WHERE f.{day} BETWEEN :first AND :last AND {counts}
"""
_GOODS = "coalesce(f.sku, f.product) AS goods, coalesce(f.product, f.sku) AS goods_name"
_NO_GOODS = "NULL::text AS goods, NULL::text AS goods_name"
_STOCK = """
    WITH told AS (
        SELECT member_id, goods, goods_name, shipped_on AS day, quantity AS moved,
            NULL::numeric AS counted
        FROM ({shipment}) f WHERE quantity IS NOT NULL
        UNION ALL
        SELECT member_id, goods, goods_name, sold_on, -quantity, NULL
        FROM ({sell_out}) f WHERE quantity IS NOT NULL
        UNION ALL
        SELECT member_id, goods, goods_name, returned_on, -quantity, NULL
        FROM ({return}) f WHERE quantity IS NOT NULL
        UNION ALL
        SELECT member_id, goods, goods_name, counted_on, 0, quantity
        FROM ({stock}) f WHERE quantity IS NOT NULL
    ), days AS (
        SELECT member_id, goods, max(goods_name) AS goods_name, day, sum(counted) AS counted,
            sum(sum(moved)) OVER w AS so_far, count(sum(counted)) OVER w AS counts
        FROM told WHERE day <= :last GROUP BY member_id, goods, day
        WINDOW w AS (PARTITION BY member_id, goods ORDER BY day)
    ), levels AS (
        SELECT member_id, goods, goods_name, day, lead(day) OVER w AS until, so_far + coalesce(
            max(counted - so_far) OVER (PARTITION BY member_id, goods, counts), 0) AS stock
        FROM days WINDOW w AS (PARTITION BY member_id, goods ORDER BY day)
    )
    SELECT NULL AS noun, NULL AS external_id, NULL::int AS source_id, NULL AS company,
        NULL AS pipeline, NULL AS owner, NULL AS contact, l.goods AS product,
        l.goods_name AS product_name, NULL AS article, NULL AS currency, NULL::date AS day,
        m."on", l.stock AS amount, 1 AS divisor
    FROM levels l
    JOIN months m ON l.day <= m.last_day AND (l.until IS NULL OR l.until > m.last_day)
"""
"""As implied_channel_stock has it: by product from its last count, of each account of its own."""
_IS_CLOSED = "r.outcome <> 'open' AND r.closed_at >= m.since AND r.closed_at < m.end_at"
_DAYS = {
    "shipment": "shipped_on", "sell_out": "sold_on", "return": "returned_on", "cost": "spent_on",
    "stock": "counted_on",
}  # fmt: skip


def _of_deals(amount: str, counts: str) -> str:
    return _OF_DEALS.format(amount=amount, counts=counts, deals=_DEALS)


def _facts(table: str) -> str:
    goods = _NO_GOODS if table == "cost" else _GOODS
    rows = FACT_ROWS.format(table=table, day=_DAYS[table], columns=f"f.*, {goods}")
    return rows.format(links=_LINKS)


def _of_facts(
    table: str, amount: str, divisor: str = "1", *, counts: str = "true", article: str = "NULL"
) -> str:
    return _OF_FACTS.format(
        facts=_facts(table), day=_DAYS[table], amount=amount, divisor=divisor, counts=counts,
        article=article, noun=table,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a KPI."""

    query: str
    dimensions: tuple[Dimension, ...]
    money: frozenset[str] = frozenset({"amount"})
    """Which of amount and divisor is converted."""
    scale: int = 0
    """Its values are sums; else ratios, so many times amount by divisor."""


_BY_DEAL = (Dimension.PIPELINE, Dimension.OWNER, Dimension.CONTACT, Dimension.COMPANY)
_BY_GOODS = (Dimension.PRODUCT, Dimension.COMPANY)
_NO_MONEY: frozenset[str] = frozenset()
_ORDERED = "f.ordered > 0 AND f.quantity IS NOT NULL"
_PROMISED = "f.promised_on IS NOT NULL AND f.ordered IS NOT NULL AND f.quantity IS NOT NULL"
_IN_TIME = "(f.shipped_on <= f.promised_on AND f.quantity >= f.ordered)::int"
_SOLD = " UNION ALL ".join((
    _of_facts("shipment", "f.amount", article="'shipment'"),
    _of_facts("return", "-f.amount", article="'return'"),
    _of_facts(
        "cost", "-f.amount", counts="f.kind IN ('discount', 'trade_spend')", article="f.kind"
    ),
))  # fmt: skip

ROWS: Mapping[str, Rows] = {
    "won_revenue": Rows(
        _of_deals(
            "r.amount",
            "r.outcome = 'won' AND r.closed_at >= m.start_at AND r.closed_at < m.end_at",
        ),
        _BY_DEAL,
    ),
    "open_pipeline": Rows(
        _of_deals(
            "r.amount",
            "r.opened_at < m.end_at AND (r.outcome = 'open' OR r.closed_at >= m.end_at)",
        ),
        _BY_DEAL,
    ),
    "average_won_deal": Rows(
        _of_deals("r.amount", f"r.outcome = 'won' AND r.amount IS NOT NULL AND {_IS_CLOSED}"),
        _BY_DEAL,
        scale=1,
    ),
    "win_rate": Rows(
        _of_deals("(r.outcome = 'won')::int", _IS_CLOSED), _BY_DEAL, _NO_MONEY, scale=100
    ),
    "sell_in": Rows(_of_facts("shipment", "f.amount"), _BY_GOODS),
    "sell_in_units": Rows(_of_facts("shipment", "f.quantity"), _BY_GOODS, _NO_MONEY),
    "sell_out": Rows(_of_facts("sell_out", "f.amount"), _BY_GOODS),
    "sell_out_units": Rows(_of_facts("sell_out", "f.quantity"), _BY_GOODS, _NO_MONEY),
    "implied_channel_stock": Rows(
        _STOCK.format(**{name: _facts(name) for name in _DAYS if name != "cost"}),
        (Dimension.PRODUCT,),
        _NO_MONEY,
    ),
    "net_sales": Rows(_SOLD, (Dimension.ARTICLE, *_BY_GOODS)),
    "gross_margin": Rows(_of_facts("shipment", "f.amount - f.cost"), _BY_GOODS),
    "gross_margin_percent": Rows(
        _of_facts("shipment", "f.amount - f.cost", "f.amount"),
        _BY_GOODS,
        frozenset({"amount", "divisor"}),
        scale=100,
    ),
    "fill_rate": Rows(
        _of_facts("shipment", "least(f.quantity, f.ordered)", "f.ordered", counts=_ORDERED),
        _BY_GOODS, _NO_MONEY, scale=100,
    ),
    "otif": Rows(
        _of_facts("shipment", _IN_TIME, counts=_PROMISED), _BY_GOODS, _NO_MONEY, scale=100
    ),
}  # fmt: skip
"""Of all other KPIs it is not known whose rows make them."""
