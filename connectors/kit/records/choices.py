"""What facts choose from: kinds and periods that people write in words of their own, too."""

from enum import StrEnum
from typing import Self


class Worded(StrEnum):
    """A choice with the words that stand for it beside its value, in small letters."""

    words: tuple[str, ...]

    def __new__(cls, value: str, *words: str) -> Self:
        """A member is its value; the words are what people write."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.words = words
        return made


class CostKind(Worded):
    """What was spent on a customer."""

    DISCOUNT = "discount", "скидка", "скидки", "discounts"
    """Off the price, where the amounts of shipments do not have it yet."""
    TRADE_SPEND = (
        "trade_spend", "бонус", "бонусы", "ретробонус", "ретробонусы", "ретро-бонус", "промо",
        "маркетинг", "торговый маркетинг", "трейд-маркетинг", "трейд маркетинг", "promo",
        "trade-spend", "rebate", "bonus",
    )  # fmt: skip
    FREIGHT = (
        "freight", "доставка", "логистика", "фрахт", "транспорт", "перевозка",
        "транспортные расходы", "delivery", "logistics",
    )  # fmt: skip
    CHARGEBACK = (
        "chargeback", "штраф", "штрафы", "удержание", "удержания", "претензия", "претензии",
        "чарджбэк", "chargebacks", "penalty", "deduction",
    )  # fmt: skip
    COST_TO_SERVE = (
        "cost_to_serve", "обслуживание", "затраты на обслуживание", "стоимость обслуживания",
        "расходы на обслуживание", "обслуживание клиента", "cost-to-serve", "service",
    )  # fmt: skip
    COGS = (
        "cogs", "себестоимость", "себестоимость продаж", "себестоимость товаров", "cost of goods",
        "cost of goods sold", "cost of sales",
    )  # fmt: skip
    OTHER = "other", "прочее", "прочие", "другое", "иное", "прочие расходы", "прочие затраты"


class RebatePeriod(Worded):
    """Over what the purchases of a customer are added up for a rebate."""

    MONTH = "month", "месяц", "ежемесячно", "ежемесячный", "за месяц", "monthly"
    QUARTER = "quarter", "квартал", "ежеквартально", "ежеквартальный", "за квартал", "quarterly"
    YEAR = "year", "год", "ежегодно", "годовой", "за год", "annual", "yearly", "annually"
