"""How the commands show questions and decisions of matching: as JSON and to people."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from kam_sync.accounts.model import Company
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.cli import show
from kam_sync.intake.store import SourceStore
from kam_sync.matching.showing import Asked, Side, Told
from kam_sync.web.wording import matching as words
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services

_WAYS = (("one customer", "merge"), ("different ones", "apart"))


@dataclass(frozen=True, slots=True)
class Spoken:
    """Names of sources, and the language of the installation."""

    names: dict[int, str]
    language: Language

    @classmethod
    def of(cls, services: Services, session: Session) -> "Spoken":
        """Read once for a command."""
        names = {one.id: one.name for one in SourceStore(session).all()}
        return cls(names, Language(services.settings.locale, services.zone))

    def question(self, asked: Asked) -> dict[str, Any]:
        """A question as JSON."""
        speaks_for, against = words.both_ways(self.language, asked.clues)
        return {
            "companies": [self._side(side) for side in asked.sides],
            "money": amounts(asked.worth),
            "weight": asked.weight,
            "advice": "likely" if asked.is_likely else "unsure",
            "is_doubtful": asked.question.is_doubtful,
            "says": words.advice(self.language, asked),
            "for": speaks_for,
            "against": against,
            "clues": [
                {"clue": one.clue.value, "weight": one.weight, "what": one.what}
                for one in asked.clues
            ],
        }

    def decision(self, told: Told) -> dict[str, Any]:
        """A decision as JSON; times in UTC."""
        sides = [[self._company(one) for one in side] for side in told.sides]
        return {**told.act.as_document(), "sides": sides}

    def _side(self, side: Side) -> dict[str, Any]:
        said = {"inn", "kpp", "ogrn", "phones", "emails", "website", "address", "city"}
        return {
            **self._company(side.company),
            **side.company.model_dump(include=said),
            "account_id": str(side.account_id),
            "account_inns": side.inns,
            "account_kpps": side.kpps,
            "account_sources": [self.names[one] for one in side.source_ids],
            "open_money": amounts(side.worth.open),
            "won_money": amounts(side.worth.won),
        }

    def _company(self, company: Company) -> dict[str, str]:
        return {
            "source": self.names[company.source_id],
            "company_external_id": company.external_id,
            "name": company.name,
        }

    def moment(self, at: datetime) -> str:
        """A time as people here read it."""
        return show.moment(at, self.language.zone)


def show_question(document: dict[str, Any]) -> None:
    """Both companies, what their whole accounts have, all clues, and the two commands."""
    said = []
    for one in document["companies"]:
        said.append(f"{ref(one)} {show.harmless(one['name'])}")
        whole = {
            "INN": ", ".join(one["account_inns"]),
            "KPP": ", ".join(one["account_kpps"]),
            "CRM": ", ".join(one["account_sources"]),
            "open": _written(one["open_money"]),
            "won": _written(one["won_money"]),
        }
        said += [f"  {name}: {show.harmless(text)}" for name, text in whole.items() if text]
    said.append(document["says"])
    said += [f"+ {show.harmless(one)}" for one in document["for"]]
    said += [f"- {show.harmless(one)}" for one in document["against"]]
    one, other = document["companies"]
    which = {
        "merge": f"{one['account_id']} {other['account_id']}",
        "apart": f"{ref(one)} {ref(other)}",
    }
    ways = [f"{what}: {command(f'match {do} {which[do]}')}" for what, do in _WAYS]
    show.block(f"{one['name']} / {other['name']}", said, ways)


def show_decision(document: dict[str, Any], spoken: Spoken, undo: str = "match undo") -> None:
    """What was said of whom, by whom, and how to take it back."""
    sides = (
        ", ".join(f"{ref(one)} {one['name']}" for one in side) or "-" for side in document["sides"]
    )
    sign = " = " if document["says"] == "together" else " <> "
    said = [show.harmless(sign.join(sides)), f"{document['by']}, {spoken.moment(document['at'])}"]
    if document["note"]:
        said.append(show.harmless(document["note"]))
    ways = []
    if document["undone_at"]:
        when = spoken.moment(document["undone_at"])
        said.append(f"taken back: {document['undone_by']}, {when}")
    else:
        ways.append(f"to take it back: {command(undo + ' ' + document['id'])}")
    show.block(f"Decision {document['id']}: {document['says']}", said, ways)


def ref(one: dict[str, Any]) -> str:
    """A company or a contact as commands name it."""
    return f"{one['source']}:{one.get('company_external_id') or one['contact_external_id']}"


def amounts(of: dict[str, Decimal]) -> dict[str, str]:
    """Amounts by currency as JSON."""
    return {unit: f"{amount:f}" for unit, amount in of.items()}


def _written(amounts: dict[str, str]) -> str:
    return ", ".join(f"{unit} {Decimal(amount):,.2f}" for unit, amount in amounts.items())
