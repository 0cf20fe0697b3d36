"""Where a value comes from, in words: tables, records, and why something is not listed."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from connectors import Outcome
from kam_sync.accounts.model import Activity, Deal, FromSource, Invoice, StreamEntry, Task
from kam_sync.kpi.store import OPEN_NOUNS
from kam_sync.kpi.tracing import Record, Unlisted
from kam_sync.web.wording import corrections, sentences, stream
from kam_sync.web.wording.language import Language

Stages = Mapping[tuple[int, str, str], str]
_NAMED_BY = ("name", "text", "product", "sku", "number", "purpose", "comment", "contract", "kpi")
_LONGEST, _LONGEST_ID = 160, 24
_UNTOLD = frozenset({"source_id", "external_id"})


def unlisted(language: Language, why: Unlisted) -> str:
    """Why it cannot be said which rows make a value."""
    return {
        Unlisted.DEFINITION: language.gettext(
            "Which of its rows count in this month, and how much, only the formula says, so they "
            "cannot be added up here. These are all the rows that it reads."
        ),
        Unlisted.PREDICTED: language.gettext(
            "It is predicted from the account's orders by what the orders of all accounts have "
            "taught, so its rows do not add up to it. These are the rows that it reads."
        ),
        Unlisted.EVERYONE: language.gettext(
            "It compares the account with all others together, so it has no rows of its own."
        ),
        Unlisted.KPIS: language.gettext(
            "It is made of other key figures and has no rows of its own: look at theirs."
        ),
    }[why]


def table(language: Language, name: str) -> str:
    """The records of an open table, or of a noun."""
    noun = OPEN_NOUNS.get(name, name)
    if noun == "activity":
        return language.gettext("Signs of life")
    if not noun:
        return language.gettext("Goods in stock")
    return sentences.noun(language, noun)


def name(record: Record, found: FromSource | None) -> str:
    """What a row is called: as its record is by now."""
    said = (getattr(found, one, None) for one in _NAMED_BY)
    named = next((str(one) for one in said if one), "") or record.name
    return _cut(named, _LONGEST) or _cut(record.external_id or "", _LONGEST_ID)


def state(language: Language, found: FromSource | None, stages: Stages) -> str:
    """How its record stands."""
    match found:
        case Deal():
            key = (found.source_id, found.pipeline_external_id, found.stage_external_id)
            stage = stages.get(key, "")
            return (
                stage
                if stage not in {"", found.stage_external_id}
                else stream.outcome(language, found.outcome)
            )
        case Invoice():
            return stream.invoice_status(language, found.status)
        case Activity():
            return stream.title(language, _entry(found))
        case Task():
            return language.gettext("done") if found.is_done else ""
        case _:
            return ""


def amount(language: Language, said: str | None, currency: str | None) -> str:
    """What a row adds, as money where it is some."""
    if said is None or not currency:
        return number(language, said)
    return language.full_money(round(Decimal(said), 2), currency)


def number(language: Language, said: Decimal | str | None) -> str:
    """A number of a row to its fourth place."""
    if said is None:
        return "\N{EN DASH}"
    return language.exact(round(Decimal(said), 4).normalize() + 0)


def reading(language: Language, found: FromSource) -> list[tuple[str, str]]:
    """What we read of a record, field by field; what it does not say is left out."""
    fields = found.model_dump(exclude=set(_UNTOLD))
    return [
        (_field(language, key), _value(language, said))
        for key, said in fields.items()
        if said not in (None, "", [], {})
    ]


def _entry(found: Activity) -> StreamEntry:
    return StreamEntry(
        part="activity", source_id=found.source_id, external_id=found.external_id,
        at=found.at or found.changed_at, what=found.happening.value, kind=found.kind,
        about_noun=found.about_noun or "", about_external_id=found.about_external_id or "",
        is_incoming=found.is_incoming, seconds=found.seconds,
    )  # fmt: skip


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _field(language: Language, key: str) -> str:
    known = {
        "changed_at": language.gettext("Changed here"),
        "created_at": language.gettext("Created"),
        "updated_at": language.gettext("Changed in the CRM"),
        "closed_at": language.gettext("Closed"),
        "first_seen_at": language.gettext("First seen"),
        "is_deleted": language.gettext("Deleted"),
        "owner_external_id": language.gettext("Id of the responsible user"),
        "pipeline_external_id": language.gettext("Id of the pipeline"),
        "stage_external_id": language.gettext("Id of the stage"),
        "contact_external_ids": language.gettext("Ids of the contacts"),
        "outcome": language.gettext("Outcome"),
        "tags": language.gettext("Tags"),
        "custom": language.gettext("Custom fields"),
        "items": language.gettext("Goods and invoices"),
        "text": language.gettext("Text"),
    }
    return known.get(key) or corrections.field(language, key)


def _value(language: Language, said: Any) -> str:
    for kind, tell in _TOLD:
        if isinstance(said, kind):
            return tell(language, said)
    if isinstance(said, list) and all(isinstance(one, str) for one in said):
        return ", ".join(said)
    return orjson.dumps(said, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


_TOLD: tuple[tuple[type[Any], Callable[[Language, Any], str]], ...] = (
    (bool, lambda language, said: language.gettext("yes") if said else language.gettext("no")),
    (Outcome, stream.outcome),
    (datetime, lambda language, said: language.time(said)),
    (date, lambda language, said: language.day(said)),
    (Decimal, number),
    (int, lambda language, said: number(language, Decimal(said))),
    (str, lambda _language, said: said),
)
"""How values are said: the first kind that fits."""
