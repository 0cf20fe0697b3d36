"""A CRM in memory with one customer and a person who is named all over it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from connectors import (
    Activity,
    Company,
    Contact,
    Cost,
    CostKind,
    Deal,
    Deletions,
    Happening,
    Noun,
    NounFacts,
    Outcome,
    RawRecord,
    Record,
    Return,
    Task,
)
from kam_sync.privacy.store import text_columns
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes.memory_crm import AskableCrm

NAME, PHONE, EMAIL = "Зинаида Муромская", "+7 916 555-01-42", "z.muromskaya@example.org"
TRACES = ("уромск", "9165550142", "555-01-42", "muromskaya", "Зинаида")
"""No table may hold one of these once she is erased."""
_ANNOUNCED = NounFacts(frozenset({Deletions.EVENT, Deletions.ABSENCE}))
_NOUNS = (
    Noun.COMPANY, Noun.CONTACT, Noun.DEAL, Noun.TASK, Noun.NOTE, Noun.COST, Noun.RETURN,
)  # fmt: skip
_KINDS: dict[Noun, Any] = {
    Noun.COMPANY: Company, Noun.CONTACT: Contact, Noun.DEAL: Deal, Noun.TASK: Task,
    Noun.NOTE: Activity, Noun.COST: Cost, Noun.RETURN: Return,
}  # fmt: skip
_MOMENTS = {"at", "created_at", "updated_at", "closed_at", "due_at"}


def _ago(days: int) -> str:
    return (NOW - timedelta(days=days)).isoformat()


@dataclass
class PersonCrm(AskableCrm):
    """Rows are the fields of records; times are written as text, as a CRM would."""

    nouns: dict[Noun, NounFacts] = field(default_factory=lambda: dict.fromkeys(_NOUNS, _ANNOUNCED))

    def __post_init__(self) -> None:
        """Two people at one customer, and what is told of them."""
        self.put(Noun.COMPANY, "1", name="ООО Ромашка", phones=["+74951112233"])
        self.put(
            Noun.CONTACT, "7", name=NAME, company_external_id="1", position="Директор",
            phones=[PHONE], emails=[EMAIL], created_at=_ago(400), updated_at=_ago(5),
        )  # fmt: skip
        self.put(Noun.CONTACT, "8", name="Пётр Сидоров", company_external_id="1",
                 phones=["+79161110000"])  # fmt: skip
        self.put(Noun.DEAL, "21", **_won(f"Заказ, {NAME}", 40))
        self.put(Noun.DEAL, "22", **_won("Заказ без имени", 10))
        self.put(Noun.NOTE, "31", **_note("contact", "7", 3, "Звонили: болеет", "call", 120))
        self.put(Noun.NOTE, "32", **_note("company", "1", 2, f"Передать Муромская Зинаида {PHONE}"))
        self.put(Noun.NOTE, "33", **_note("company", "1", 1, "Пётр просил счёт"))
        self.put(Noun.TASK, "41", name="", text=f"Позвонить {EMAIL}", is_done=False,
                 about_noun="contact", about_external_id="7", created_at=_ago(9), due_at=_ago(2),
                 owner_external_id="3")  # fmt: skip
        fact = {"company_external_id": "1", "amount": 10, "currency": "RUB"}
        self.put(Noun.COST, "61", **fact, spent_on="2026-10-01", purpose=f"Доставка, {NAME}")
        self.put(Noun.RETURN, "71", **fact, returned_on="2026-10-02", reason=f"Вернула {NAME}")

    def translate(self, raw: RawRecord) -> Record:
        """A row in our words."""
        kind = _KINDS[raw.noun]
        known = set(kind.__dataclass_fields__)
        said = {key: _said(key, one) for key, one in raw.body.items() if key in known}
        if raw.noun is Noun.COST:
            said["kind"] = CostKind.FREIGHT
        record: Record = kind(external_id=raw.external_id, **said)
        return record


def _won(name: str, days: int) -> dict[str, Any]:
    return {
        "name": name, "pipeline_external_id": "1", "stage_external_id": "142", "outcome": "won",
        "amount": 1000, "currency": "RUB", "company_external_id": "1",
        "contact_external_ids": ["7"], "created_at": _ago(days + 9), "updated_at": _ago(days),
        "closed_at": _ago(days),
    }  # fmt: skip


def _note(
    noun: str, about: str, days: int, text: str, happening: str = "note", seconds: int | None = None
) -> dict[str, Any]:
    return {
        "happening": happening, "kind": happening, "at": _ago(days), "about_noun": noun,
        "about_external_id": about, "author_external_id": "3", "text": text, "seconds": seconds,
        "details": {"phone": PHONE} if happening == "call" else {},
    }  # fmt: skip


def _said(key: str, one: Any) -> Any:
    if key in _MOMENTS and one:
        return datetime.fromisoformat(one).astimezone(UTC)
    readers: dict[str, Any] = {
        "outcome": Outcome, "happening": Happening, "about_noun": Noun, "amount": Decimal,
        "spent_on": date.fromisoformat, "returned_on": date.fromisoformat,
    }  # fmt: skip
    if key in readers:
        return None if one is None else readers[key](one)
    return tuple(one) if isinstance(one, list) else one


def traces(services: Services) -> set[str]:
    """The columns of the whole database in which she is named."""
    found = set()
    with services.database.transaction() as session:
        for table, column in sorted(text_columns(session)):
            said = (
                f"""coalesce(encode("{column}", 'escape'), '')"""
                if column == "body" and (table == "hook")
                else f'"{column}"::text'
            )
            which = " OR ".join(f"lower({said}) LIKE :t{n}" for n, _ in enumerate(TRACES))
            values = {f"t{n}": f"%{one.lower()}%" for n, one in enumerate(TRACES)}
            query = f'SELECT EXISTS (SELECT FROM "{table}" WHERE {which})'
            if session.scalar(sa.text(query), values):
                found.add(f"{table}.{column}")
    return found
