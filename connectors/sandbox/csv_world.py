"""The public CRM Sales Opportunities data (CSV files of a hardware seller) as a world."""

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from connectors.sandbox.entities import (
    LOST,
    WON,
    Company,
    Contact,
    Deal,
    DealsAlone,
    Pipeline,
    Stage,
    Task,
    Truth,
    User,
)

_FIRST_USER = 701
_FIRST_COMPANY = 6_000_001
_FIRST_DEAL = 5_000_001
_STAGES = {"Prospecting": 4601, "Engaging": 4602, "Won": WON, "Lost": LOST}
_PIPELINE = Pipeline(3400, "Sales", tuple(Stage(id_, name) for name, id_ in _STAGES.items()))
_EXPECTED = {
    "accounts.csv": {"account"},
    "sales_pipeline*.csv": {
        "opportunity_id",
        "sales_agent",
        "product",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    },
    "sales_teams.csv": {"sales_agent"},
    "products.csv": {"product"},
}

Line = Mapping[str, str]


class BadFolder(ValueError):
    """The folder does not hold what it should; the message is one line for a person."""


class CsvWorld(DealsAlone):
    """Every row of the pipeline file is a deal, numbered by its place; times are noon UTC."""

    currency = "USD"
    pipelines = (_PIPELINE,)

    def __init__(self, folder: Path) -> None:
        files = {pattern: _find(folder, pattern) for pattern in _EXPECTED}
        for pattern, columns in _EXPECTED.items():
            _check(files[pattern], columns)
        self.slug = folder.resolve().name
        self._pipeline = files["sales_pipeline*.csv"]
        self._accounts = _numbers(files["accounts.csv"], "account", _FIRST_COMPANY)
        self._agents = _numbers(files["sales_teams.csv"], "sales_agent", _FIRST_USER)
        days = [day for line in _lines(self._pipeline) for day in _days(line)]
        if not days:
            raise BadFolder(f"{self._pipeline}: no dates in it, so nobody knows when this was")
        self._first, self._last = min(days), max(days)
        self.today = self._last + timedelta(days=1)
        self.users = tuple(_user(number, name) for name, number in self._agents.items())

    def companies(self) -> Iterator[Company]:
        """The accounts in the order of their file, known since the first day of the data."""
        for name, number in self._accounts.items():
            yield Company(
                number=number,
                name=name,
                inn=None,
                kpp=None,
                phones=(),
                emails=(),
                tags=(),
                owner=_FIRST_USER + number % len(self._agents),
                created_at=_noon(self._first),
                updated_at=_noon(self._first),
            )

    def contacts(self) -> Iterator[Contact]:
        """Nobody: the data has no people."""
        return iter(())

    def deals(self) -> Iterator[Deal]:
        """The opportunities in the order of their file."""
        for number, line in enumerate(_lines(self._pipeline), _FIRST_DEAL):
            try:
                yield self._deal(number, line)
            except (KeyError, ValueError, InvalidOperation) as error:
                mark = line.get("opportunity_id")
                raise BadFolder(f"{self._pipeline}: opportunity {mark}: {error!r}") from error

    def tasks(self) -> Iterator[Task]:
        """None: the data has no tasks."""
        return iter(())

    def truth(self) -> list[Truth]:
        """Nothing is known about what really changed."""
        return []

    def _deal(self, number: int, line: Line) -> Deal:
        engaged, closed = (_day(line[key]) for key in ("engage_date", "close_date"))
        # a prospect has no date at all: all we know is that it was there on the last day
        created = engaged or closed or self._last
        account = line["account"]
        return Deal(
            number=number,
            name=f"{line['product']} {line['opportunity_id']}",
            price=_price(line["close_value"]),
            pipeline=_PIPELINE.number,
            stage=_STAGES[line["deal_stage"]],
            company=self._accounts[account] if account else None,
            contacts=(),
            owner=self._agents[line["sales_agent"]],
            created_at=_noon(created),
            updated_at=_noon(closed or created),
            closed_at=_noon(closed) if closed else None,
        )


def _find(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise BadFolder(f"{folder}: no {pattern} there; is it the CRM Sales Opportunities folder?")
    return found[-1]  # of several cuts of the pipeline the latest


def _check(path: Path, columns: set[str]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        missing = columns - set(csv.DictReader(file).fieldnames or ())
    if missing:
        raise BadFolder(f"{path}: no column {', '.join(sorted(missing))}")


def _lines(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _numbers(path: Path, column: str, first: int) -> dict[str, int]:
    values = dict.fromkeys(line[column] for line in _lines(path))
    if not values:
        raise BadFolder(f"{path}: no rows in it")
    return {value: number for number, value in enumerate(values, first)}


def _days(line: Line) -> list[date]:
    try:
        found = (_day(line[key]) for key in ("engage_date", "close_date"))
        return [day for day in found if day]
    except ValueError as error:
        raise BadFolder(f"opportunity {line.get('opportunity_id')}: {error}") from error


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _price(text: str) -> int | None:
    if not text:
        return None
    value = Decimal(text)
    if value != int(value):
        raise ValueError(f"close_value {text} is not a whole number")
    return int(value)


def _user(number: int, name: str) -> User:
    mailbox = ".".join(name.lower().split())
    return User(number, name, f"{mailbox}@sales.example", is_admin=number == _FIRST_USER)
