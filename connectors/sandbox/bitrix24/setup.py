"""What rarely changes in a portal: funnels, stages, custom fields, currencies."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sandbox.entities import LOST, WON, Pipeline, World

Shape = dict[str, Any]

SEGMENT, REGION, LOGO = "ufCrm_1700000001", "ufCrm_1700000002", "ufCrm_1700000003"
TENDER, UNTIL, PLEDGE, SIGNED = (f"ufCrm_17000000{place}" for place in range(10, 14))
SEGMENTS = {"44": "Ключевой", "45": "Прочие"}
REQUEST = TENDER
"""A field of leads, called like one of deals, and another one all the same."""
REQUESTS = {"51": "Выставка", "52": "Сайт"}
NEW_LEAD, CONVERTED, JUNK = "NEW", "CONVERTED", "JUNK"
"""A stage of deals has the first one's id, too."""
_INVOICE = "SMART_INVOICE_STAGE_7"
PAID = "DT31_7:P"
_SEMANTICS = {WON: "S", LOST: "F"}


def stage_id(place: int, number: int) -> str:
    """The id of a stage: the default funnel has bare names, the others have theirs before it."""
    name = {WON: "WON", LOST: "LOSE"}.get(number, f"ST{number}")
    return f"C{place}:{name}" if place else name


def semantic(number: int) -> str:
    """P in work, S won, F lost."""
    return _SEMANTICS.get(number, "P")


def categories(pipelines: Sequence[Pipeline]) -> list[Shape]:
    """The funnels of deals; the default one has the number 0."""
    return [
        {
            "id": place, "name": pipeline.name, "sort": 100 * (place + 1), "entityTypeId": 2,
            "isDefault": "N" if place else "Y", "originId": "", "originatorId": "",
        }
        for place, pipeline in enumerate(pipelines)
    ]  # fmt: skip


def statuses(pipelines: Sequence[Pipeline]) -> list[Shape]:
    """The stages of all funnels, of leads, and of invoices."""
    found = [
        _status(f"DEAL_STAGE_{place}" if place else "DEAL_STAGE", stage_id(place, stage.number),
                stage.name, semantic(stage.number), sort)
        for place, pipeline in enumerate(pipelines)
        for sort, stage in enumerate(pipeline.stages, 1)
    ]  # fmt: skip
    steps = (("N", "Новый", "P"), ("S", "Отправлен", "P"), ("P", "Оплачен", "S"), ("D", "Нет", "F"))
    found += [
        _status(_INVOICE, f"DT31_7:{key}", name, meaning, sort)
        for sort, (key, name, meaning) in enumerate(steps, 1)
    ]
    leads = (
        (NEW_LEAD, "Не обработан", "P"), ("IN_PROCESS", "В работе", "P"),
        (CONVERTED, "Качественный лид", "S"), (JUNK, "Некачественный лид", "F"),
    )  # fmt: skip
    found += [
        _status("STATUS", key, name, meaning, sort)
        for sort, (key, name, meaning) in enumerate(leads, 1)
    ]
    found += [_status("SOURCE", "CALL", "Звонок", "P", 1)]
    return [{"ID": str(101 + place), **one} for place, one in enumerate(found)]


def _status(of: str, id_: str, name: str, meaning: str, sort: int) -> Shape:
    extra = {"S": "success", "F": "failure", "P": "process"}[meaning]
    return {
        "ENTITY_ID": of, "STATUS_ID": id_, "NAME": name, "SORT": str(10 * sort), "SYSTEM": "N",
        "SEMANTICS": None if meaning == "P" else meaning,
        "EXTRA": {"SEMANTICS": extra, "COLOR": "#aaa"} if of != "SOURCE" else [],
    }  # fmt: skip


def _field(title: str, kind: str, *, several: bool = False, **more: Any) -> Shape:
    return {
        "type": kind, "isRequired": False, "isReadOnly": False, "isImmutable": False,
        "isMultiple": several, "isDynamic": True, "title": title, **more,
    }  # fmt: skip


_ITEMS = [{"ID": key, "VALUE": name} for key, name in SEGMENTS.items()]
_OWN = {"title": {"type": "string", "isDynamic": False, "isMultiple": False, "title": "Название"}}
_FIELDS: Mapping[str, Mapping[str, Shape]] = {
    "company": {
        SEGMENT: _field("Сегмент", "enumeration", items=_ITEMS),
        REGION: _field("Города", "string", several=True),
        LOGO: _field("Логотип", "file"),
    },
    "deal": {
        TENDER: _field("Тендер", "boolean"),
        UNTIL: _field("Договор до", "date"),
        PLEDGE: _field("Залог", "money"),
        SIGNED: _field("Подписан", "datetime"),
    },
    "lead": {
        REQUEST: _field(
            "Тендер",
            "enumeration",
            items=[{"ID": key, "VALUE": name} for key, name in REQUESTS.items()],
        ),
    },
}


def fields(noun: str) -> Shape:
    """The fields of a kind of record: its own, and those that an admin has made."""
    made = _FIELDS.get(noun, {})
    named = {key: {**one, "upperName": f"UF_CRM_{key[6:]}"} for key, one in made.items()}
    return {"fields": {**_OWN, **named}}


def currencies(world: World) -> list[Shape]:
    """The base currency and another one; every one has a rate."""
    other = "EUR" if world.currency != "EUR" else "USD"
    return [
        {"CURRENCY": code, "AMOUNT": amount, "AMOUNT_CNT": "1", "SORT": "100",
         "BASE": "Y" if code == world.currency else "N", "FULL_NAME": code}
        for code, amount in ((world.currency, "1.0000"), (other, "90.0000"))
    ]  # fmt: skip
