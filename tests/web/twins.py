"""Two CRMs that know some of the same customers: what is asked about them."""

from decimal import Decimal
from uuid import UUID

import connectors as gate
from connectors import Noun, Outcome
from kam_sync import flow
from kam_sync.accounts.match import own_account
from tests.web.world import WHEN, World, won_deal

INN, OTHER_INN = "7707083893", "7728168971"


def fill(world: World) -> tuple[UUID, UUID]:
    """Two questions, and two companies that are one by INN; the accounts of the first question.

    "Вега" is the dearer one: it has an open deal. Of "Лютик" the phone agrees, but not the INN.
    """
    sales, other = world.add_source("sales"), world.add_source("other")
    world.save(
        sales,
        Noun.COMPANY,
        gate.Company("1", "ООО «Вега»", phones=("8 495 111-22-33",), website="vega.example"),
        gate.Company("2", "Лютик", OTHER_INN, phones=("8 495 765-43-21",)),
        gate.Company("3", "Ромашка", INN),
    )
    world.save(
        other,
        Noun.COMPANY,
        gate.Company("17", "Vega", emails=("info@vega-trade.example",)),
        gate.Company("18", "Лютик", "7736050003", phones=("+7 495 765 43 21",)),
        gate.Company("19", "Romashka LLC", INN),
    )
    open_deal = gate.Deal("51", "Кабель", "1", "2", Outcome.OPEN, Decimal(2_100), "RUB", "1")
    world.save(sales, Noun.DEAL, open_deal)
    world.save(other, Noun.DEAL, won_deal("52", "17", 900, WHEN))
    flow.match(world.services)
    return own_account(sales, "1"), own_account(other, "17")
