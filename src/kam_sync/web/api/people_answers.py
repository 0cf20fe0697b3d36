"""How the API answers about people: who they are, which may be one, and what was decided."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kam_sync.accounts import model
from kam_sync.kpi.values import Money
from kam_sync.matching import people_showing as shown
from kam_sync.matching.model import Says
from kam_sync.matching.people import PersonClue, PersonEvidence
from kam_sync.notify.shapes import AccountId, ExternalId, SourceName
from kam_sync.web.api import match_answers
from kam_sync.web.wording import persons as words
from kam_sync.web.wording.language import Language

Names = match_answers.Names


class ContactRef(BaseModel):
    """A contact of a CRM."""

    source: SourceName
    contact_external_id: ExternalId


class Found(BaseModel):
    """One thing that speaks for or against two contacts being one person."""

    clue: PersonClue
    weight: float = Field(
        description="Natural logarithm of the odds: +3 makes it 20 times as likely.", examples=[3.5]
    )
    what: str = Field(description="What is shared.", examples=["+74951234567"])
    text: str = Field(description="The same in words.")


class Said(ContactRef):
    """A contact as its CRM knows it."""

    name: str
    position: str | None
    phones: list[str]
    emails: list[str]


class Member(Said):
    """A contact that belongs to a person, and why."""

    model_config = ConfigDict(populate_by_name=True)

    is_deleted: bool = Field(description="True when the CRM has deleted it.")
    evidence: str = Field(description="Why we think that they are one, in words.")
    clues: list[Found] = Field(description="The same in parts, what weighs most first.")
    beside: ContactRef | None = Field(
        alias="with", description="The contact it was joined with; null for a person's first."
    )
    decided_by: str | None = Field(description="Who joined it, where somebody did.")


class Person(BaseModel):
    """Somebody at a customer, as all CRMs know them."""

    id: str = Field(description="That of the first contact; another after a merge or a split.")
    name: str = Field(description="The fullest of those in the CRMs.")
    position: str | None = Field(description="As it was changed last.")
    phones: list[str] = Field(description="Each once, in E.164 where it is a number.")
    emails: list[str] = Field(description="Each once, in lower case.")
    consent: bool | None = Field(
        description="Agreed to the processing of their data: false where one CRM says no."
    )
    do_not_contact: bool = Field(description="One CRM says: no calls, letters or messages.")
    account_ids: list[AccountId] = Field(description="The customers where the person is known.")
    contacts: list[Member]


class AskedContact(Said):
    """One of two contacts that may be one person."""

    person_id: str
    account_id: AccountId | None


class Question(BaseModel):
    """Two contacts of which somebody should say whether they are one person."""

    contacts: list[AskedContact] = Field(description="Both of them.")
    money: list[Money] = Field(description="In open and won deals of their accounts.")
    weight: float = Field(description="All clues together.")
    advice: Literal["likely", "unsure"] = Field(description="`likely`: rather merge them.")
    is_doubtful: bool = Field(description="The two fit, but something else of theirs does not.")
    evidence: str = Field(description="What speaks for it and against it, in words.")
    clues: list[Found] = Field(description="The same in parts, what weighs most first.")


class DecidedContact(ContactRef):
    """A contact that was decided about."""

    name: str
    person_id: str = Field(description="The person that it belongs to now.")


class Decision(match_answers.Said):
    """What somebody said; one that was taken back stays for the record."""

    says: Says = Field(description="`together`: one person; `apart`: different ones.")
    sides: list[list[DecidedContact]] = Field(description="Of whom: one side, and the other.")


def person(language: Language, names: Names, one: shown.Person) -> Person:
    """A person as the API shows them."""
    return Person(
        id=str(one.id),
        name=one.name,
        position=one.position,
        phones=list(one.phones),
        emails=list(one.emails),
        consent=one.consent,
        do_not_contact=one.do_not_contact,
        account_ids=[str(account) for account in one.accounts],
        contacts=[
            Member(
                **_said(names, member.contact),
                is_deleted=member.contact.is_deleted,
                evidence=words.why(language, member, names),
                clues=_clues(language, member.clues),
                beside=member.beside and ContactRef(**_ref(names, member.beside)),
                decided_by=member.decision and member.decision.by,
            )
            for member in one.members
        ],
    )


def question(language: Language, names: Names, asked: shown.Asked) -> Question:
    """A question as the API asks it."""
    return Question(
        contacts=[
            AskedContact(
                **_said(names, side.contact),
                person_id=str(side.person_id),
                account_id=side.account and str(side.account.id),
            )
            for side in asked.sides
        ],
        money=match_answers.amounts(asked.worth),
        weight=asked.question.weight,
        advice="likely" if asked.is_likely else "unsure",
        is_doubtful=asked.question.is_doubtful,
        evidence=words.evidence(language, asked.clues),
        clues=_clues(language, asked.clues),
    )


def decision(names: Names, told: shown.Told) -> Decision:
    """What somebody said."""
    sides = [
        [
            DecidedContact(
                **_ref(names, one),
                name=one.name,
                person_id=str(told.people[one.source_id, one.external_id]),
            )
            for one in side
        ]
        for side in told.sides
    ]
    return Decision(**told.act.as_document(), sides=sides)


def _said(names: Names, contact: model.Contact) -> dict[str, Any]:
    said = contact.model_dump(include={"name", "position", "phones", "emails"})
    return {**_ref(names, contact), **said}


def _clues(language: Language, found: Iterable[PersonEvidence]) -> list[Found]:
    return [
        Found(clue=one.clue, weight=one.weight, what=one.what, text=words.clue(language, one))
        for one in found
    ]


def _ref(names: Names, contact: model.Contact) -> dict[str, str]:
    return {
        "source": names[contact.source_id],
        "contact_external_id": contact.external_id,
    }
