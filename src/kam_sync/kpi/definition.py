"""What a KPI is, as its file says: names, formula, unit, worked example."""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_BOUND = re.compile(r"(?<![:\w\\]):(?=[\w$]+(?![:\w$]))")
"""What would be taken for the name of a value that is told along with a statement: none is."""
KEY = r"^[a-z][a-z0-9_]{1,39}$"
"""How KPIs are called."""


class Measure(StrEnum):
    """What a KPI counts; the unit of a money point is the ISO code of its currency."""

    MONEY = "money"
    DAYS = "days"
    PERCENT = "percent"
    COUNT = "count"
    POINTS = "points"


class Good(StrEnum):
    """The direction that is good for us."""

    UP = "up"
    DOWN = "down"


class Grain(StrEnum):
    """How long the periods are that a KPI has one value for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Function(StrEnum):
    """What is made of the rows of a KPI's SQL where SQL cannot say it."""

    PREDICTED_LTV = "predicted_ltv"
    """The rows are orders with their day; the value is what the next twelve months will bring."""


class Family(StrEnum):
    """What a KPI is about, in the order in which people see them."""

    DEALS = "deals"
    ORDERS = "orders"
    RETENTION = "retention"
    VALUE = "value"
    PROFIT = "profit"
    RECEIVABLES = "receivables"
    CHANNEL = "channel"
    PLANS = "plans"
    RELATION = "relation"
    PORTFOLIO = "portfolio"
    OWN = "own"
    """Added by who runs the installation."""


class Stake(StrEnum):
    """What money is in question when a KPI is worse than usual."""

    FLOW = "flow"
    """Money that comes each month: what is missing of it, times twelve."""
    BALANCE = "balance"
    """Money that stands somewhere: what is beyond the usual, once."""
    PART = "part"
    """Comes each month and is no money: the part that is missing, of a year's revenue."""
    MARGIN = "margin"
    """Percent of revenue: the points that are lost, of a year's revenue."""
    DELAY = "delay"
    """Days until payment: a day's revenue for each day more, once."""
    SHARE = "share"
    """How the client is: a share of a year's revenue, the larger the worse it is."""
    NONE = "none"
    """It cannot be said."""


_STAKES = {
    Family.DEALS: Stake.SHARE,
    Family.ORDERS: Stake.SHARE,
    Family.RETENTION: Stake.SHARE,
    Family.PROFIT: Stake.MARGIN,
    Family.CHANNEL: Stake.SHARE,
    Family.RELATION: Stake.SHARE,
}
"""Of KPIs that are no money."""


def _both(said: dict[str, str]) -> dict[str, str]:
    if set(said) != {"ru", "en"}:
        raise ValueError("it has to be said in ru and in en")
    return said


Texts = Annotated[dict[str, str], AfterValidator(_both)]
"""What people read, by language."""


class _Written(BaseModel):
    """What somebody writes in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Learned(_Written):
    """What a function has learned from all accounts: see `predicting.Fit`; times are in days."""

    r: float
    alpha: float
    a: float
    b: float
    p: float
    q: float
    gamma: float
    coming: float
    fall: float


class Weighted(_Written):
    """A measure of a score: a KPI, and between which of its values it earns 0 to 100 points."""

    kpi: str = Field(pattern=KEY)
    weight: Decimal = Field(gt=0, lt=1_000_000)
    poor: Decimal
    """Here, and on the side away from `good`, it earns 0 points."""
    good: Decimal
    """Here and beyond it earns 100."""

    @model_validator(mode="after")
    def _poor_is_not_good(self) -> Self:
        if self.poor == self.good:
            raise ValueError("poor and good have to differ")
        return self


def _once(measures: tuple[Weighted, ...]) -> tuple[Weighted, ...]:
    keys = [one.kpi for one in measures]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise ValueError(f"{twice} is weighted twice")
    return measures


Weights = Annotated[tuple[Weighted, ...], AfterValidator(_once)]


class Health(_Written):
    """What the health score is made of in this house: the file health.yaml."""

    measures: Weights

    @model_validator(mode="after")
    def _something_is_weighed(self) -> Self:
        if not self.measures:
            raise ValueError("at least one measure is needed")
        return self


class Example(_Written):
    """A worked example: what is given, what comes out, and how that is computed by hand."""

    today: date
    """It is the first moment of this day."""
    given: dict[str, list[dict[str, Any]]]
    """The rows of one account by open table; what is not said of a row is null."""
    learned: Learned | None = None
    """What a function has learned from all the other accounts."""
    weighted: Weights = ()
    """What a score is made of in the example, whatever a house has chosen for itself."""
    unit: str | None = None
    """Which one, where there are several."""
    grain: Grain = Grain.MONTH
    values: dict[date, Decimal | None]
    """By the first day of a period; null where there is no value."""
    why: Texts


class Kpi(_Written):
    """A named measure of an account: one value a period."""

    key: str = Field(pattern=KEY)
    family: Family = Family.OWN
    order: int = 1000
    """Its place in the family."""
    title: Texts
    explanation: Texts
    """How it is computed, for the person who reads it."""
    variant: Texts | None = None
    """Which of several formulas of that name it is."""
    minimum: Texts | None = None
    """What there has to be before there is a value."""
    traps: Texts | None = None
    """What it does not say."""
    source: str | None = None
    """Where the formula comes from."""
    measure: Measure
    good: Good
    grains: tuple[Grain, ...] = (Grain.MONTH,)
    is_watched: bool = False
    """Whether an alert is opened when it drifts."""
    adds_up: bool = False
    """Whether the values of days or months add up to that of the whole span."""
    stake: Stake | None = None
    """What is at risk when it is worse than usual; None: as `at_stake` says."""
    after: tuple[str, ...] = ()
    """The KPIs whose values it reads, in the open table points."""
    sql: str
    """One SQL query over the open tables that gives (account_id, unit, on, value)."""
    function: Function | None = None
    """What makes values of these rows, where they are none themselves."""
    weighted: Weights = ()
    """What a score is made of, for its SQL to read as the table weighted."""
    example: Example
    sql_line: int = Field(default=1, exclude=True)
    """In which line of its file the SQL begins."""

    @property
    def version(self) -> str:
        """Changes with what is computed; all accounts are measured anew then."""
        made = (self.function,) if self.function else ()
        said = "\n".join((self.formula, self.measure, *self.grains, *self.after, *made))
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def at_stake(self) -> Stake:
        """What is at risk when it is worse than usual: as its file says, else by what it is."""
        if self.stake is not None:
            return self.stake
        if self.measure is Measure.MONEY:
            is_balance = self.family is Family.RECEIVABLES
            return Stake.FLOW if self.adds_up else Stake.BALANCE if is_balance else Stake.NONE
        if self.adds_up:
            return Stake.PART
        if self.family is Family.RECEIVABLES and self.measure is Measure.DAYS:
            return Stake.DELAY
        return _STAKES.get(self.family, Stake.NONE)

    @property
    def formula(self) -> str:
        """The SQL, after the weights that it reads."""
        return _weighing(self.weighted) + self.literal_sql

    @property
    def example_formula(self) -> str:
        """The same with the weights of the example."""
        return _weighing(self.example.weighted) + self.literal_sql

    @property
    def literal_sql(self) -> str:
        """The SQL, with nothing in it that is taken for the name of a value."""
        return _BOUND.sub(r"\:", self.sql)

    @model_validator(mode="after")
    def _weights_are_read(self) -> Self:
        if bool(self.weighted) != bool(self.example.weighted):
            raise ValueError("weighted: the KPI and its example both have it, or neither")
        if missing := {one.kpi for one in self.weighted} - set(self.after):
            raise ValueError(f"after: has to name {min(missing)}, which is weighted")
        return self

    @model_validator(mode="after")
    def _function_has_what_it_needs(self) -> Self:
        if self.function is None:
            if self.example.learned is not None:
                raise ValueError("example: learned is for KPIs with a function")
            return self
        if self.measure is not Measure.MONEY or self.grains != (Grain.MONTH,):
            raise ValueError(f"function {self.function}: measure has to be money, grains [month]")
        if self.example.learned is None:
            raise ValueError(f"function {self.function}: the example has to say what is learned")
        return self


def _weighing(measures: tuple[Weighted, ...]) -> str:
    """Weights as a table before a query; all in one line, so that lines of errors stay true."""
    if not measures:
        return ""
    rows = ", ".join(f"('{m.kpi}', {m.weight:f}, {m.poor:f}, {m.good:f})" for m in measures)
    return f"WITH weighted (kpi, weight, poor, good) AS (VALUES {rows}) "
