"""Products and invoices as catalogs of amoCRM v4."""

from collections.abc import Iterator

from connectors.sandbox.amocrm import values
from connectors.sandbox.amocrm.account import INVOICES, PRODUCTS
from connectors.sandbox.amocrm.blank import Shape, blank
from connectors.sandbox.amocrm.stored import stored
from connectors.sandbox.entities import Invoice, Product, World
from connectors.sandbox.rows import Row

_OLD = 1_600_000_000


def rows(world: World) -> Iterator[Row]:
    """Both catalogs and their elements."""
    yield stored("catalogs", _catalog(PRODUCTS, "Товары", "products"))
    yield stored("catalogs", _catalog(INVOICES, "Счета", "invoices"))
    for product in world.products:
        yield stored(f"catalogs/{PRODUCTS}/elements", _product(product))
    products = {product.number: product for product in world.products}
    for invoice in world.invoices():
        yield stored(f"catalogs/{INVOICES}/elements", _invoice(invoice, products))


def _catalog(id_: int, name: str, type_: str) -> Shape:
    return blank("catalogs", id_, 0, _OLD) | {
        "name": name,
        "type": type_,
        "sort": id_,
        "can_add_elements": True,
        "can_show_in_cards": type_ == "invoices",
        "can_link_multiple": True,
        "can_be_deleted": False,
        "sdk_widget_code": None,
    }


def _product(product: Product) -> Shape:
    return blank(f"catalogs/{PRODUCTS}/elements", product.number, 0, _OLD) | {
        "catalog_id": PRODUCTS,
        "name": product.name,
        "custom_fields_values": values.of_product(product),
    }


def _invoice(invoice: Invoice, products: dict[int, Product]) -> Shape:
    number, made = invoice.number, int(invoice.created_at.timestamp())
    touched = invoice.paid_at or invoice.created_at
    return blank(f"catalogs/{INVOICES}/elements", number, invoice.owner, made) | {
        "catalog_id": INVOICES,
        "name": f"Счёт {number % 100_000}",
        "updated_at": int(touched.timestamp()),
        "is_deleted": False,
        "custom_fields_values": values.of_invoice(invoice, products),
    }
