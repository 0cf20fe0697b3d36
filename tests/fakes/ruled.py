"""A row of a foreign list, the rules for it, and records that are made by rules."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.records import Noun, RawRecord, Record
from connectors.kit.rules import EntityRules, record

FIELDS: dict[str, Any] = {
    "name": {"from": ["title", "name"]},
    "company": {"from": "organization", "match": ["id", "name"]},
    "contacts": {"from": "people"},
    "amount": {"from": "czena_prodazhi$c", "currency": "RUB"},
    "stage": {
        "from": "stadiya$c",
        "codes": {"novaya": "open", "vyigrana": "won", 143: "lost"},
        "names": {"novaya": "Новая"},
    },
    "created_at": {"from": "createdDate"},
    "closed_at": {"from": "a.b"},
    "updated_at": {"from": "changed.at"},
    "tags": {"from": "metki$c"},
    "owner": {"from": "responsible"},
}
ROW: Mapping[str, Any] = {
    "id": "5d1e",
    "name": "Сделка 10",
    "organization": {"id": "77aa", "name": "ООО «Ромашка»"},
    "people": [{"id": "c1"}, {"id": "c2"}, {"id": "c1"}],
    "czena_prodazhi$c": "120 000,50 ₽",
    "stadiya$c": "Vyigrana",
    "createdDate": "2026-02-03T12:15:00",
    "a": {"b": "no"},
    "a.b": "2026-02-05",
    "changed": {"at": 1_770_110_100},
    "metki$c": "opt, rozn",
    "responsible": None,
}


def deal_rules(*, without: str = "", **changed: Any) -> EntityRules:
    fields = {**FIELDS, **changed}
    fields.pop(without, None)
    return EntityRules.model_validate({"noun": "deal", "key": "id", "fields": fields})


def made(noun: str, fields: dict[str, Any], row: Mapping[str, Any], **more: Any) -> Record:
    rules = EntityRules.model_validate({"noun": noun, "key": "id", "fields": fields, **more})
    return record(rules, RawRecord(Noun(noun), "1", {"id": "1", **row}))


def raw_deal(**changed: Any) -> RawRecord:
    return RawRecord(Noun.DEAL, "5d1e", {**ROW, **changed})
