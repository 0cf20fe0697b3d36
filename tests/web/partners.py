"""Two CRMs that know some of the same people: what is asked about them."""

from uuid import UUID

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.accounts.match import own_person
from tests.web.twins import INN
from tests.web.world import WHEN, World, won_deal


def fill(world: World) -> dict[str, UUID]:
    """Julia is known to both CRMs by one phone; of Oleg only the name and the customer agree."""
    sales, other = world.add_source("sales"), world.add_source("other")
    phone = ("8 916 123-45-67",)
    for source in (sales, other):
        world.save(source, Noun.COMPANY, gate.Company("1", "Ромашка", INN))
    world.save(
        sales,
        Noun.CONTACT,
        gate.Contact("7", "Павлова Юлия", "1", "директор", phone, ("JP@romashka.example",)),
        gate.Contact("8", "Олег Ким", "1", phones=("8 495 111-22-33",)),
    )
    world.save(
        other,
        Noun.CONTACT,
        gate.Contact(
            "70", "Yulia Pavlova", "1", None, ("+7 916 123 45 67",), ("jp@romashka.example",)
        ),
        gate.Contact("80", "Олег Ким", "1", emails=("kim@romashka.example",)),
    )
    world.save(other, Noun.DEAL, won_deal("52", "1", 900, WHEN))
    flow.match(world.services)
    return {
        "julia": own_person(sales, "7"),
        "oleg": own_person(sales, "8"),
        "kim": own_person(other, "80"),
    }
