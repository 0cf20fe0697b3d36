"""How the commands show people, questions and decisions about them: as JSON and to people."""

from typing import Any

from kam_sync.accounts.model import Contact
from kam_sync.base.command import command
from kam_sync.cli import show
from kam_sync.cli.match_tables import Spoken, amounts, ref
from kam_sync.matching.people_showing import Asked, Person, Told
from kam_sync.web.wording import persons as words

_WAYS = (("one person", "merge"), ("different ones", "apart"))


def question(spoken: Spoken, asked: Asked) -> dict[str, Any]:
    """A question as JSON."""
    speaks_for, against = words.both_ways(spoken.language, asked.clues)
    return {
        "contacts": [
            {
                **_contact(spoken, side.contact),
                "person_id": str(side.person_id),
                "account_id": side.account and str(side.account.id),
                "account": side.account and side.account.name,
            }
            for side in asked.sides
        ],
        "money": amounts(asked.worth),
        "weight": asked.question.weight,
        "advice": "likely" if asked.is_likely else "unsure",
        "is_doubtful": asked.question.is_doubtful,
        "says": words.advice(spoken.language, asked),
        "for": speaks_for,
        "against": against,
        "clues": [
            {"clue": one.clue.value, "weight": one.weight, "what": one.what} for one in asked.clues
        ],
    }


def person(spoken: Spoken, one: Person) -> dict[str, Any]:
    """A person as JSON."""
    return {
        "id": str(one.id),
        "name": one.name,
        "position": one.position,
        "phones": list(one.phones),
        "emails": list(one.emails),
        "account_ids": [str(account) for account in one.accounts],
        "contacts": [
            {
                **_contact(spoken, member.contact),
                "is_deleted": member.contact.is_deleted,
                "says": words.why(spoken.language, member, spoken.names),
            }
            for member in one.members
        ],
    }


def decision(spoken: Spoken, told: Told) -> dict[str, Any]:
    """A decision as JSON; times in UTC."""
    sides = [[_short(spoken, one) for one in side] for side in told.sides]
    return {**told.act.as_document(), "sides": sides}


def show_question(document: dict[str, Any]) -> None:
    """Both contacts, what speaks for and against it, and the two commands that answer."""
    said = []
    for one in document["contacts"]:
        parts = [one["name"], one["position"], one["account"], *one["phones"], *one["emails"]]
        said.append(show.harmless(f"{ref(one)} " + ", ".join(part for part in parts if part)))
    said.append(document["says"])
    said += [f"+ {show.harmless(one)}" for one in document["for"]]
    said += [f"- {show.harmless(one)}" for one in document["against"]]
    one, other = document["contacts"]
    which = {
        "merge": f"{one['person_id']} {other['person_id']}",
        "apart": f"{ref(one)} {ref(other)}",
    }
    ways = [f"{what}: {command(f'people {do} {which[do]}')}" for what, do in _WAYS]
    show.block(f"{one['name']} / {other['name']}", said, ways)


def show_person(document: dict[str, Any]) -> None:
    """Who it is, how to reach them, and which CRMs know them."""
    parts = [document["position"], *document["phones"], *document["emails"]]
    said = [show.harmless(", ".join(part for part in parts if part))] if any(parts) else []
    said += [show.harmless(f"{ref(one)} {one['says']}") for one in document["contacts"]]
    show.block(f"{document['name']} {document['id']}", said)


def _contact(spoken: Spoken, contact: Contact) -> dict[str, Any]:
    said = contact.model_dump(include={"position", "phones", "emails"})
    return {**_short(spoken, contact), **said}


def _short(spoken: Spoken, contact: Contact) -> dict[str, str]:
    return {
        "source": spoken.names[contact.source_id],
        "contact_external_id": contact.external_id,
        "name": contact.name,
    }
