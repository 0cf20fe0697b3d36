"""What stands in the custom fields of the made-up companies, people, products and invoices."""

from datetime import datetime
from typing import Any

from connectors.sandbox.amocrm.fields import chosen, filled, multitext
from connectors.sandbox.entities import Company, Contact, Deal, Invoice, Product

_MOSCOW = 3 * 3_600
_DAY = 86_400
_CONTRACT_ENDS = 1_798_675_200  # 2026-12-31
_BORN = 315_532_800  # 1980-01-01
_LEGAL, _LEGAL_AS_NUMBER = 7, 17  # which company of twenty

Values = list[dict[str, Any]]


def of_company(company: Company) -> Values | None:
    """Phones, addresses, tax numbers and what the managers keep; None when there is nothing."""
    found = [
        *multitext(9002, "WORK", company.phones),
        *multitext(9003, "WORK", company.emails),
        *(filled(9018, company.address) if company.address else []),
    ]
    if company.inn is not None:
        found += [*_tax_numbers(company, company.inn), *_contract(company)]
    return found or None


def of_contact(contact: Contact) -> Values | None:
    """Position, phones, addresses and a few of the rest; None when there is nothing."""
    found = filled(9001, contact.position) if contact.position else []
    found += multitext(9002, "MOB", contact.phones)
    found += multitext(9003, "WORK", contact.emails)
    place = contact.number % 10
    if place == 3:
        day = _local_midnight(_BORN + contact.number * 7_919 % 9_000 * _DAY)
        found += [*filled(9021, day), *filled(9023, True)]
    if place == 4:
        found += chosen(9022, 511, 513)
    return found or None


def of_deal(deal: Deal) -> Values | None:
    """One deal in fifty has something of every type."""
    if deal.number % 50:
        return None
    began = int(deal.created_at.timestamp())
    found = [
        *filled(9031, f"Д-{deal.number % 1_000:03}"),
        *filled(9032, "12.5"),
        *filled(9033, str(deal.price or 0)),
        *chosen(9034, 521 + deal.number // 50 % 3),
        *filled(9035, _local_midnight(began + 30 * _DAY)),
        *filled(9036, began + 3 * _DAY),
        *filled(9037, True),
        *filled(9038, f"https://tender.example/{deal.number}"),
        *filled(9040, "search"),
    ]
    if deal.products:
        chained = filled(9039, None)
        chained[0]["values"] = [{"catalog_id": 1001, "catalog_element_id": deal.products[0][0]}]
        found += chained
    return found


def of_product(product: Product) -> Values:
    """Its article and price."""
    return [*filled(9101, f"A-{product.number % 1_000:03}"), *filled(9102, str(product.price))]


def of_invoice(invoice: Invoice, products: dict[int, Product]) -> Values:
    """Status, payer, lines, sum and day of payment."""
    status, payer = 701 if invoice.paid_at is None else 702, invoice.payer
    buyer = {
        "name": payer.name,
        "type": "companies",
        "entity_type": "companies",
        "entity_id": payer.number,
        "vat_id": payer.inn,
        "kpp": payer.kpp,
    }
    lines = [
        {
            "sku": f"A-{number % 1_000:03}",
            "description": products[number].name,
            "unit_price": products[number].price,
            "quantity": quantity,
            "unit_type": "шт",
            "discount": {"type": "amount", "value": 0},
            "vat_rate_id": 18,
            "external_uid": "",
            "total_sum": products[number].price * quantity,
        }
        for number, quantity in invoice.products
    ]
    found = [*chosen(9111, status), *filled(9112, buyer), *filled(9113, *lines)]
    found += filled(9114, str(invoice.price))
    return found + ([] if invoice.paid_at is None else filled(9115, _paid_on(invoice.paid_at)))


def _tax_numbers(company: Company, inn: str) -> Values:
    place = (company.number - 1) % 20
    if place not in {_LEGAL, _LEGAL_AS_NUMBER}:
        return [*filled(9011, inn), *(filled(9012, company.kpp) if company.kpp else [])]
    # a number where a text is documented: this happens, and loses the zero that it began with
    vat_id: str | int = inn if place == _LEGAL else int(inn)
    entity = {
        "name": company.name,
        "entity_type": 1 if company.kpp is None else 2,
        "vat_id": vat_id,
        "tax_registration_reason_code": 1_020_000_000_000 + company.number,
        "kpp": company.kpp,
        "address": "",
        "bank_code": "",
        "external_uid": None,
    }
    return filled(9015, entity)


def _contract(company: Company) -> Values:
    """Segment and credit limit everywhere, the end of the contract with two of three."""
    segment = 501 if company.tags else 502 + company.number % 2
    found = [*chosen(9013, segment), *filled(9016, str(company.number % 7 * 250_000))]
    if company.number % 3:
        day = _CONTRACT_ENDS + company.number * 7_919 % 365 * _DAY
        found += filled(9014, _local_midnight(day))
    return found


def _local_midnight(seconds: int) -> int:
    """Midnight of that day in Moscow, which in UTC is still the day before."""
    return seconds // _DAY * _DAY - _MOSCOW


def _paid_on(at: datetime) -> int:
    return _local_midnight(int(at.timestamp()))
