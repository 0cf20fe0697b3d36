"""Everything in a world as rows of a portal, one row after the other."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from connectors.sandbox.bitrix24 import leads, setup
from connectors.sandbox.bitrix24.answers import ZONE
from connectors.sandbox.bitrix24.stored import Shape, stored
from connectors.sandbox.entities import WON, Company, Contact, Deal, Invoice, Note, Task, World
from connectors.sandbox.rows import Row

_KEY_TAG = "ключевой клиент"
_OWNERS = {"leads": "2", "contacts": "3", "companies": "4"}
_ENTITIES = {"leads": "deal", "contacts": "contact", "companies": "company"}
OWN_COMPANY = 1
"""The number of our own legal entity, which stands among the companies."""


def rows(world: World) -> Iterator[Row]:
    """Every row of a world."""
    yield stored("department", {"ID": "1", "NAME": "Продажи", "SORT": 500, "UF_HEAD": "1"})
    yield from (stored("user", _user(person)) for person in world.users)
    for product in world.products:
        yield stored("product", _product(product, world))
    yield stored("company", _our_own(world))
    for company in world.companies():
        yield stored("company", _company(company))
        if company.inn:
            yield stored("requisite", _requisite(company))
    yield from (stored("contact", _contact(contact)) for contact in world.contacts())
    places = {pipeline.number: place for place, pipeline in enumerate(world.pipelines)}
    for deal in world.deals():
        lead = leads.lead_of(deal)
        made_of = {"leadId": lead["id"]} if leads.is_converted(lead) else {}
        yield stored("deal", _deal(deal, places, world.currency) | made_of)
        yield from (stored("history", step) for step in _history(deal, places))
        if lead:
            yield stored("lead", _item(deal, 1) | lead)
            yield from (stored("lead_history", step) for step in leads.history(lead))
    for task in world.tasks():
        is_todo = task.number % 2
        yield stored("activity", _todo(task)) if is_todo else stored("task", _task(task))
    for note in world.notes():
        is_call = note.kind != "common"
        yield stored("activity", _call(note)) if is_call else stored("comment", _comment(note))
    yield from (stored("invoice", _invoice(bill, world.currency)) for bill in world.invoices())


def _at(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone(ZONE).isoformat()


def _day(when: datetime | date) -> str:
    """A day as the portal writes it: midnight of Greenwich, shifted."""
    return f"{when:%Y-%m-%d}T03:00:00+03:00"


def _user(person: Any) -> Shape:
    first, _, last = person.name.partition(" ")
    return {
        "ID": str(person.number), "ACTIVE": person.is_active, "NAME": first, "LAST_NAME": last,
        "EMAIL": person.email, "UF_DEPARTMENT": [1], "USER_TYPE": "employee", "TIMESTAMP_X": {},
        "DATE_REGISTER": _day(date(2023, 8, 24)), "LAST_LOGIN": "24.08.2023 13:19:39",
    }  # fmt: skip


def _product(product: Any, world: World) -> Shape:
    return {
        "ID": str(product.number), "NAME": product.name, "PRICE": f"{product.price}.00",
        "CURRENCY_ID": world.currency, "CATALOG_ID": "25", "ACTIVE": "Y", "XML_ID": None,
        "TIMESTAMP_X": _day(date(2024, 1, 10)), "DATE_CREATE": _day(date(2024, 1, 10)),
    }  # fmt: skip


def _fm(kinds: tuple[tuple[str, tuple[str, ...]], ...]) -> list[Shape]:
    return [
        {"id": place, "typeId": kind, "valueType": "WORK", "value": value}
        for kind, values in kinds
        for place, value in enumerate(values, 156)
    ]


def _item(row: Any, type_: int) -> Shape:
    return {
        "id": row.number, "entityTypeId": type_, "assignedById": row.owner, "createdBy": row.owner,
        "updatedBy": row.owner, "createdTime": _at(row.created_at), "opened": "Y", "xmlId": "",
        "updatedTime": _at(getattr(row, "updated_at", None) or row.created_at),
        "observers": [], "sourceId": None, "webformId": 0, "utmSource": None,
    }  # fmt: skip


def _our_own(world: World) -> Shape:
    start = _day(date(2020, 1, 1))
    return {
        "id": OWN_COMPANY, "entityTypeId": 4, "title": "Мы сами", "isMyCompany": "Y",
        "assignedById": world.users[0].number, "createdTime": start, "updatedTime": start,
    }  # fmt: skip


def _company(company: Company) -> Shape:
    segment = 44 if _KEY_TAG in company.tags else 45
    logo = {"id": 71, "url": "/file?token=made-up", "urlMachine": "https://portal.example/rest/71"}
    return _item(company, 4) | {
        "title": company.name, "isMyCompany": "N", "typeId": "CUSTOMER", "industry": None,
        "revenue": 0, "currencyId": "RUB", "address": company.address, "addressCity": company.city,
        "contactIds": [],
        "fm": _fm((("PHONE", company.phones), ("EMAIL", company.emails))),
        setup.SEGMENT: segment, setup.REGION: [], setup.LOGO: logo if segment == 44 else None,
    }  # fmt: skip


def _requisite(company: Company) -> Shape:
    place = company.number % 1_000_000
    return {
        "ID": str(place), "ENTITY_TYPE_ID": "4", "ENTITY_ID": str(company.number),
        "PRESET_ID": "1", "NAME": "Организация", "ACTIVE": "Y", "RQ_INN": company.inn,
        "RQ_KPP": company.kpp, "RQ_OGRN": f"10277{place:08}", "RQ_COMPANY_NAME": company.name,
        "RQ_COMPANY_FULL_NAME": None, "DATE_CREATE": _at(company.created_at),
        "DATE_MODIFY": None if place % 7 == 0 else _at(company.updated_at),
    }  # fmt: skip


def _contact(contact: Contact) -> Shape:
    return _item(contact, 3) | {
        "name": contact.first_name, "secondName": None, "lastName": contact.last_name,
        "post": contact.position, "companyId": contact.company, "companyIds": [contact.company],
        "fm": _fm((("PHONE", contact.phones), ("EMAIL", contact.emails))), "honorific": None,
        "photo": {"id": 72, "url": "/file?token=made-up", "urlMachine": "https://x.example/72"},
    }  # fmt: skip


def _deal(deal: Deal, places: dict[int, int], currency: str) -> Shape:
    place = places[deal.pipeline]
    meaning = setup.semantic(deal.stage)
    ends = deal.closed_at or deal.updated_at
    return _item(deal, 2) | {
        "title": deal.name, "typeId": "SALE", "categoryId": place,
        "stageId": setup.stage_id(place, deal.stage), "stageSemanticId": meaning,
        "opportunity": float(deal.price) if deal.price is not None else None,
        "isManualOpportunity": "Y", "currencyId": currency, "taxValue": 0,
        "companyId": deal.company or 0, "contactId": deal.contacts[0] if deal.contacts else 0,
        "contactIds": list(deal.contacts), "leadId": 0, "quoteId": 0, "probability": None,
        "movedTime": _at(deal.closed_at or deal.updated_at), "movedBy": deal.owner,
        "begindate": _day(deal.created_at), "closedate": _day(ends), "isNew": "N",
        "closed": "N" if meaning == "P" else "Y", "isRecurring": "N", "isReturnCustomer": "N",
        "lastActivityTime": _at(deal.updated_at), "comments": "",
        setup.TENDER: "Y" if "тендер" in deal.tags else "N", setup.UNTIL: "",
        setup.PLEDGE: f"{deal.price}|{currency}" if deal.number % 9 == 0 else None,
        setup.SIGNED: _at(deal.closed_at) if deal.stage == WON else None,
    }  # fmt: skip


def _history(deal: Deal, places: dict[int, int]) -> Iterator[Shape]:
    place = places[deal.pipeline]
    steps = [(1, deal.created_at, "NEW", "P")]
    if deal.closed_at is not None:
        end = setup.stage_id(place, deal.stage)
        steps.append((3, deal.closed_at, end, setup.semantic(deal.stage)))
    for turn, (kind, at, stage, meaning) in enumerate(steps):
        yield {
            "ID": deal.number * 2 + turn, "TYPE_ID": kind, "OWNER_ID": deal.number,
            "CREATED_TIME": _at(at), "CATEGORY_ID": place, "STAGE_SEMANTIC_ID": meaning,
            "STAGE_ID": stage,
        }  # fmt: skip


def _activity(row: Any, owner_type: str, about: int) -> Shape:
    return {
        "ID": str(row.number), "OWNER_TYPE_ID": owner_type, "OWNER_ID": str(about),
        "CREATED": _at(row.created_at), "RESPONSIBLE_ID": str(row.owner),
        "AUTHOR_ID": str(row.owner), "DESCRIPTION": "", "ORIGIN_ID": None, "SETTINGS": [],
    }  # fmt: skip


def _todo(task: Task) -> Shape:
    return _activity(task, "2", task.deal) | {
        "TYPE_ID": "6", "PROVIDER_ID": "CRM_TODO", "SUBJECT": task.text, "DIRECTION": "0",
        "DEADLINE": _at(task.due_at), "START_TIME": _at(task.due_at), "END_TIME": _at(task.due_at),
        "COMPLETED": "Y" if task.done_at else "N", "LAST_UPDATED": _at(task.updated_at),
    }  # fmt: skip


def _task(task: Task) -> Shape:
    return {
        "id": str(task.number), "title": task.text, "status": "5" if task.done_at else "2",
        "responsibleId": str(task.owner), "createdBy": str(task.owner), "description": "",
        "deadline": _at(task.due_at), "createdDate": _at(task.created_at),
        "changedDate": _at(task.updated_at), "closedDate": _at(task.done_at),
        "ufCrmTask": [f"D_{task.deal}"],
    }  # fmt: skip


def _call(note: Note) -> Shape:
    at = _at(note.created_at)
    said = f"Звонок на {note.phone}"
    return _activity(note, _OWNERS[note.noun], note.about) | {
        "TYPE_ID": "2", "PROVIDER_ID": "VOXIMPLANT_CALL", "SUBJECT": said, "START_TIME": at,
        "DIRECTION": "1" if note.kind == "call_in" else "2", "END_TIME": at, "DEADLINE": at,
        "COMPLETED": "Y", "LAST_UPDATED": at,
    }  # fmt: skip


def _comment(note: Note) -> Shape:
    return {
        "ID": str(note.number), "ENTITY_ID": str(note.about), "COMMENT": note.text,
        "ENTITY_TYPE": _ENTITIES[note.noun], "CREATED": _at(note.created_at),
        "AUTHOR_ID": str(note.owner),
    }  # fmt: skip


def _invoice(bill: Invoice, currency: str) -> Shape:
    return _item(bill, 31) | {
        "title": f"Счёт {bill.number}", "accountNumber": str(bill.number), "categoryId": 7,
        "stageId": setup.PAID if bill.paid_at else "DT31_7:N", "opportunity": float(bill.price),
        "currencyId": currency, "taxValue": 0, "companyId": bill.payer.number, "contactId": 0,
        "contactIds": [], "mycompanyId": OWN_COMPANY, "parentId2": bill.deal,
        "begindate": _day(bill.created_at), "closedate": _day(bill.created_at),
        "movedTime": _at(bill.paid_at or bill.created_at),
        "updatedTime": _at(bill.paid_at or bill.created_at),
    }  # fmt: skip
