"""Repeat buyers with their purchases, segments and statuses as rows of amoCRM v4."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.sandbox.amocrm.account import ACCOUNT, link
from connectors.sandbox.amocrm.blank import Shape, blank
from connectors.sandbox.amocrm.fields import chosen
from connectors.sandbox.amocrm.past import Past
from connectors.sandbox.amocrm.stored import stored
from connectors.sandbox.entities import Customer, Purchase, World
from connectors.sandbox.rows import Row

_SEGMENT = 301
_STATUSES = (
    "Недавно купили",
    "Ожидается покупка",
    "Не купили",
    "Закрыто",
)
_FIRST_STATUS = 311
_OLD = 1_600_000_000
_USUAL_BREAK = 30 * 86_400


@dataclass(slots=True)
class _Bought:
    """What one customer has bought lately."""

    price: int = 0
    times: int = 0
    latest: int = 0


def rows(world: World, past: Past) -> Iterator[Row]:
    """Customers and transactions; segments and statuses only where there are customers."""
    bought: defaultdict[int, _Bought] = defaultdict(_Bought)
    for purchase in world.purchases():
        sums, at = bought[purchase.customer], int(purchase.bought_at.timestamp())
        sums.price, sums.times = sums.price + purchase.price, sums.times + 1
        sums.latest = max(sums.latest, at)
        yield stored("customers/transactions", _transaction(purchase))
        yield from past.of_purchase(purchase)
    known = 0
    for customer in world.customers():
        known += 1
        yield stored("customers", _customer(customer, bought[customer.number]))
    if known:
        yield stored("customers/segments", _segment(known))
        for place, name in enumerate(_STATUSES):
            yield stored("customers/statuses", _status(place, name))


def _customer(customer: Customer, bought: _Bought) -> Shape:
    made = int(customer.created_at.timestamp())
    company = {"id": customer.company, "_links": link("companies", customer.company)}
    average = bought.price // max(bought.times, 1)
    return blank("customers", customer.number, customer.owner, made) | {
        "name": customer.name,
        "updated_at": max(made, bought.latest),
        "next_price": average,
        "next_date": max(made, bought.latest) + _USUAL_BREAK,
        "status_id": _FIRST_STATUS,
        "ltv": bought.price,
        "purchases_count": bought.times,
        "average_check": average,
        "custom_fields_values": chosen(9051, 531 + customer.number % 2),
        "_embedded": {
            "tags": [],
            "segments": [{"id": _SEGMENT, "_links": link("customers/segments", _SEGMENT)}],
            "contacts": [],
            "companies": [company],
        },
    }


def _transaction(purchase: Purchase) -> Shape:
    at = int(purchase.bought_at.timestamp())
    customer = {"id": purchase.customer, "_links": link("customers", purchase.customer)}
    return blank("customers/transactions", purchase.number, 0, at) | {
        "price": purchase.price,
        "comment": purchase.text,
        "completed_at": at,
        "customer_id": purchase.customer,
        "_embedded": {"customer": customer, "catalog_elements": []},
    }


def _segment(customers: int) -> Shape:
    return {
        "id": _SEGMENT,
        "name": "Постоянные",
        "color": "10599d",
        "customers_count": customers,
        "created_at": _OLD,
        "updated_at": _OLD,
        "custom_fields_values": None,
        "account_id": ACCOUNT,
        "_links": link("customers/segments", _SEGMENT),
    }


def _status(place: int, name: str) -> Shape:
    return {
        "id": _FIRST_STATUS + place,
        "name": name,
        "sort": place,
        "is_default": place == 0,
        "color": "#99CCFF",
        "type": (4, 1, 2, 3)[place],
        "conditions": [],
        "account_id": ACCOUNT,
        "_links": link("customers/statuses", _FIRST_STATUS + place),
    }
