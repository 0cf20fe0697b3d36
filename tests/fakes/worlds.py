"""Small worlds made by hand for the sandbox CRMs, where every number is written in the test."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from connectors.sandbox.entities import WON, Company, Contact, Deal, DealsAlone, Task, Truth
from connectors.sandbox.staff import PIPELINES, staff

COMPANY = 6_000_001
LONG_AGO = datetime(2023, 1, 1, 9, 0, tzinfo=UTC)


class SmallWorld(DealsAlone):
    """Holds what it is given."""

    slug = "small"
    currency = "RUB"
    pipelines = PIPELINES
    today = date(2026, 11, 1)

    def __init__(self, companies: Sequence[Company] = (), deals: Sequence[Deal] = ()) -> None:
        self.users = staff(7, 5)
        self._companies = companies or (company(),)
        self._deals = deals

    def companies(self) -> Iterator[Company]:
        """The given ones."""
        return iter(self._companies)

    def contacts(self) -> Iterator[Contact]:
        """Nobody."""
        return iter(())

    def deals(self) -> Iterator[Deal]:
        """The given ones."""
        return iter(self._deals)

    def tasks(self) -> Iterator[Task]:
        """None."""
        return iter(())

    def truth(self) -> list[Truth]:
        """Nothing."""
        return []


def company(number: int = COMPANY, name: str = "Ромашка") -> Company:
    """A customer."""
    return Company(
        number=number,
        name=name,
        inn="7707083893",
        kpp="770701001",
        phones=(),
        emails=(),
        tags=(),
        owner=702,
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


def won(number: int, price: int, closed_at: datetime, of: int | None = COMPANY) -> Deal:
    """A deal that was open for five days and then won."""
    return Deal(
        number=number,
        name=f"Заказ {number}",
        price=price,
        pipeline=PIPELINES[0].number,
        stage=WON,
        company=of,
        contacts=(),
        owner=702,
        created_at=closed_at - timedelta(days=5),
        updated_at=closed_at,
        closed_at=closed_at,
    )
