"""Deals of a made-up world, and what is about them, in the shapes of Megaplan."""

from collections.abc import Iterator

from connectors.sandbox.entities import LOST, WON, Deal, Invoice, Note, Task, World
from connectors.sandbox.megaplan.tagged import (
    Shape,
    day,
    is_alone,
    link,
    moment,
    money,
    state_number,
)


def deals(world: World) -> Iterator[Shape]:
    """All deals."""
    said = {note.about: note.created_at for note in world.notes() if _is_comment(note)}
    paid = {one.deal: one for one in world.invoices() if one.paid_at}
    for deal in world.deals():
        at, bill = said.get(deal.number), paid.get(deal.number)
        told = {
            "lastCommentTimeCreated": moment(at) if at else None,
            "financeOperations": [operation(bill, world.currency)] if bill else [],
        }
        yield _deal(deal, world.currency) | told


def _deal(deal: Deal, currency: str) -> Shape:
    is_odd = deal.number % 5 == 0
    price = None if deal.price is None else money(deal.price, currency)
    results = {WON: "positive", LOST: "negative"}
    who = next((one for one in deal.contacts if is_alone(one)), None)
    found = link("Deal", deal.number) | {
        "number": f"D-{deal.number % 100_000}",
        "name": deal.name,
        "program": link("Program", deal.pipeline),
        "state": link("ProgramState", state_number(deal.pipeline, deal.stage)),
        "result": results.get(deal.stage, "active"),
        "stateTimeUpdated": moment(deal.closed_at or deal.updated_at),
        "contractor": _customer(deal.company, who),
        "contact": link("ContractorHuman", deal.contacts[0]) if deal.contacts else None,
        "manager": link("Employee", deal.owner),
        "price": money(0, currency) if is_odd else price,
        "cost": money(deal.price + 0.5, currency) if is_odd and deal.price is not None else price,
        "positions": [_position(goods, count) for goods, count in deal.products],
        "positionsCount": len(deal.products),
        "invoices": [link("Invoice", deal.invoice)] if deal.invoice else [],
        "invoicesCount": int(deal.invoice is not None),
        "tags": [link("Tag", 2) | {"name": tag} for tag in deal.tags],
        "timeCreated": moment(deal.created_at),
        "timeUpdated": moment(deal.updated_at),
    }
    if deal.number % 3 == 0:
        found["Category1000061CustomFieldSrokDogovora"] = day(deal.created_at.date())
    return found


def _customer(company: int | None, person: int | None) -> Shape | None:
    if person is not None:
        return link("ContractorHuman", person)
    return None if company is None else link("ContractorCompany", company)


def _position(goods: int, count: int) -> Shape:
    return link("OfferRow", goods) | {"quantity": count, "offer": link("Offer", goods)}


def tasks(world: World) -> Iterator[Shape]:
    """All tasks."""
    for task in world.tasks():
        yield _task(task)


def _task(task: Task) -> Shape:
    due = day(task.due_at.date()) if task.number % 2 else moment(task.due_at)
    return link("Task", task.number) | {
        "name": task.text,
        "statement": "",
        "status": "completed" if task.done_at else "accepted",
        "responsible": link("Employee", task.owner),
        "owner": link("Employee", task.owner),
        "deadline": due,
        "deals": [link("Deal", task.deal)],
        "isUrgent": False,
        "isTemplate": False,
        "timeCreated": moment(task.created_at),
        "activity": moment(task.updated_at),
    }


def invoices(world: World) -> Iterator[Shape]:
    """All invoices."""
    for invoice in world.invoices():
        yield _invoice(invoice, world.currency)


def _invoice(invoice: Invoice, currency: str) -> Shape:
    paid = invoice.paid_at
    return link("Invoice", invoice.number) | {
        "number": str(invoice.number % 10_000),
        "name": f"Счёт {invoice.number % 10_000}",
        "status": "paid" if paid else "drawn",
        "sum": money(invoice.price, currency),
        "invoiceDate": day(invoice.created_at.date()),
        "deadline": day(invoice.created_at.date()),
        "actualPaymentDate": moment(paid or invoice.created_at),
        "payer": link("Payer", invoice.payer.number),
        "deal": link("Deal", invoice.deal),
        "financeOperations": [operation(invoice, currency)] if paid else [],
        "financeOperationsCount": int(paid is not None),
    }


def operations(world: World) -> Iterator[Shape]:
    """Money that has come in."""
    for invoice in world.invoices():
        if invoice.paid_at:
            yield operation(invoice, world.currency)


def operation(invoice: Invoice, currency: str) -> Shape:
    """Money that has come in for an invoice."""
    at = moment(invoice.paid_at or invoice.created_at)
    return link("FinOperation", invoice.number) | {
        "number": str(invoice.number % 10_000),
        "kind": "income",
        "status": "closed",
        "description": "",
        "date": at,
        "sum": money(invoice.price, currency),
        "contractor": link("ContractorCompany", invoice.payer.number),
        "invoices": [link("Invoice", invoice.number)],
        "timeUpdated": at,
    }


def _is_comment(note: Note) -> bool:
    return note.noun == "leads" and bool(note.text)


def comments(world: World) -> Iterator[Shape]:
    """Remarks about deals."""
    for note in world.notes():
        if _is_comment(note):
            yield link("Comment", note.number) | {
                "content": f"<p>{note.text}</p>",
                "owner": link("Employee", note.owner),
                "subject": link("Deal", note.about),
                "timeCreated": moment(note.created_at),
                "timeUpdated": moment(note.created_at),
                "isDropped": False,
            }
