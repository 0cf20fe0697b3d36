"""How the API answers about what may be one customer, why accounts are one, and decisions."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kam_sync.accounts import model
from kam_sync.kpi.values import Moment, Money, money
from kam_sync.matching.comparing import Clue, Evidence
from kam_sync.matching.model import Says
from kam_sync.matching.showing import Asked, Member, Side, Told
from kam_sync.notify.shapes import AccountId, ExternalId, SourceName
from kam_sync.web.wording import matching as words
from kam_sync.web.wording.language import Language

Names = words.Names


class CompanyRef(BaseModel):
    """A company of a CRM."""

    source: SourceName
    company_external_id: ExternalId


class Found(BaseModel):
    """One thing that speaks for or against two companies being one."""

    clue: Clue
    weight: float = Field(
        description="Natural logarithm of the odds: +3 makes it 20 times as likely.", examples=[3.5]
    )
    what: str = Field(description="What is shared, or differs.", examples=["7707083893"])
    text: str = Field(description="The same in words.")


class Link(CompanyRef):
    """A company of a CRM that belongs to an account."""

    model_config = ConfigDict(populate_by_name=True)

    evidence: str = Field(description="Why we think that they are one, in words.")
    clues: list[Found] = Field(description="The same in parts, what weighs most first.")
    beside: CompanyRef | None = Field(
        alias="with", description="The company it was joined with; null for an account's first."
    )
    decided_by: str | None = Field(description="Who joined it, where a person did.")


class AskedCompany(CompanyRef):
    """One of two companies that may be one."""

    name: str
    inn: str | None
    kpp: str | None
    ogrn: str | None
    phones: list[str]
    emails: list[str]
    website: str | None
    address: str | None
    city: str | None
    account_id: AccountId
    account_inns: list[str] = Field(description="Of all companies of its account.")
    account_kpps: list[str] = Field(description="Of all companies of its account.")
    account_sources: list[SourceName] = Field(description="Of all companies of its account.")
    open_money: list[Money] = Field(description="In open deals of its whole account.")
    won_money: list[Money] = Field(description="In won deals of its whole account.")


class Question(BaseModel):
    """Two companies of which a person should say whether they are one customer."""

    companies: list[AskedCompany] = Field(description="Both of them.")
    money: list[Money] = Field(description="In open and won deals of both accounts.")
    weight: float = Field(description="All clues together.")
    advice: Literal["likely", "unsure"] = Field(description="`likely`: rather merge them.")
    is_doubtful: bool = Field(
        description="The two fit, but something else in their accounts does not."
    )
    evidence: str = Field(description="What speaks for it and against it, in words.")
    clues: list[Found] = Field(description="The same in parts, what weighs most first.")


class DecidedCompany(CompanyRef):
    """A company that was decided about."""

    name: str
    account_id: AccountId | None = Field(description="The account that it belongs to now.")


class Said(BaseModel):
    """What a person said, and whether it holds."""

    id: str
    by: str = Field(description="Who said it, or by which door it came.")
    at: Moment
    note: str
    undone_by: str | None
    undone_at: Moment | None = Field(description="Null while it holds.")


class Decision(Said):
    """What a person said; one that was taken back stays for the record."""

    says: Says = Field(description="`together`: one customer; `apart`: different ones.")
    sides: list[list[DecidedCompany]] = Field(description="Of whom: one side, and the other.")


def question(language: Language, names: Names, asked: Asked) -> Question:
    """A question as the API asks it."""
    row = asked.question
    return Question(
        companies=[_asked(names, side) for side in asked.sides],
        money=amounts(asked.worth),
        weight=asked.weight,
        advice="likely" if asked.is_likely else "unsure",
        is_doubtful=row.is_doubtful,
        evidence=words.evidence(language, asked.clues),
        clues=found_clues(language, asked.clues),
    )


def link(language: Language, names: Names, member: Member) -> Link:
    """A company of an account, and why it is there."""
    return Link(
        **_ref(names, member.company),
        evidence=words.why(language, member, names),
        clues=found_clues(language, member.clues),
        beside=member.beside and CompanyRef(**_ref(names, member.beside)),
        decided_by=member.decision and member.decision.by,
    )


def decision(names: Names, told: Told) -> Decision:
    """What a person said."""
    sides = [[_decided(names, told, one) for one in side] for side in told.sides]
    return Decision(**told.act.as_document(), sides=sides)


def amounts(of: Mapping[str, Decimal]) -> list[Money]:
    """Amounts by currency."""
    return [money(amount, unit) for unit, amount in of.items()]


def _asked(names: Names, side: Side) -> AskedCompany:
    said = {"name", "inn", "kpp", "ogrn", "phones", "emails", "website", "address", "city"}
    return AskedCompany(
        **_ref(names, side.company),
        **side.company.model_dump(include=said),
        account_id=str(side.account_id),
        account_inns=side.inns,
        account_kpps=side.kpps,
        account_sources=[names[one] for one in side.source_ids],
        open_money=amounts(side.worth.open),
        won_money=amounts(side.worth.won),
    )


def _decided(names: Names, told: Told, company: model.Company) -> DecidedCompany:
    account = told.accounts.get((company.source_id, company.external_id))
    return DecidedCompany(
        **_ref(names, company), name=company.name, account_id=account and str(account)
    )


def found_clues(language: Language, found: Iterable[Evidence]) -> list[Found]:
    """Clues, each with its words."""
    return [
        Found(clue=one.clue, weight=one.weight, what=one.what, text=words.clue(language, one))
        for one in found
    ]


def _ref(names: Names, company: model.Company) -> dict[str, str]:
    return {
        "source": names[company.source_id],
        "company_external_id": company.external_id,
    }
