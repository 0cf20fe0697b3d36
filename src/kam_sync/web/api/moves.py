"""Which companies came to an account and left it, when and why."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.accounts import moves as model
from kam_sync.accounts.store import AccountStore, MoveStore
from kam_sync.kpi.values import Moment
from kam_sync.matching.showing import clues
from kam_sync.notify.shapes import ExternalId
from kam_sync.web import paging
from kam_sync.web.api.match_answers import Found, found_clues
from kam_sync.web.deps import AccountId, Reading
from kam_sync.web.paging import Cursor, Page, Paging
from kam_sync.web.query import Asked
from kam_sync.web.render import Spoken
from kam_sync.web.wording import moves as words
from kam_sync.web.wording.language import Language

router = APIRouter(tags=["accounts"])

_BY_ID = Cursor("moves", paging.big_number)


class MovedCompany(BaseModel):
    """A company as it was called then; neither it nor its source need be here any more."""

    source: str = Field(description="Name of its source at that moment.", examples=["sales"])
    company_external_id: ExternalId
    name: str


class Move(MovedCompany):
    """A company that left an account for another."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    at: Moment
    from_account: str = Field(description="Id of the account that it left.")
    to_account: str | None = Field(
        description="Id of the account that it came to; null: it left with its source."
    )
    cause: model.Cause = Field(
        description="`evidence`: found by us; `decision`: a person said so; `crm`: the CRM merged "
        "the two; `removal`: a source was removed."
    )
    by: str | None = Field(description="Who did it, or by which door; null where no person did.")
    evidence: str = Field(description="Why, in words.")
    clues: list[Found] = Field(description="What speaks for the two being one, in parts.")
    beside: MovedCompany | None = Field(
        alias="with", description="The company it was joined with; null where it was with none."
    )


@router.get("/accounts/{account_id}/moves")
def list_moves(
    session: Reading, account_id: AccountId, language: Spoken, query: Asked[Paging]
) -> Page[Move]:
    """What companies came to an account and left it, the latest first.

    They are kept for good, also when a company or its source is gone. A company that is new and
    alone in its account has not moved.
    """
    account, after = AccountStore(session).account(account_id), _BY_ID.read(query.cursor)
    before = None if after is None else int(after[0])
    found = MoveStore(session).of_account(account.id, before=before, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, lambda move: _BY_ID.write(move.id))
    return Page(items=[_answer(language, move) for move in kept], next_cursor=cursor)


def _answer(language: Language, move: model.Move) -> Move:
    return Move(
        id=str(move.id),
        at=move.at,
        source=move.source,
        company_external_id=move.company_external_id,
        name=move.company,
        from_account=str(move.from_account),
        to_account=move.to_account and str(move.to_account),
        cause=move.cause,
        by=move.by,
        evidence=words.why(language, move),
        clues=found_clues(language, clues(move.because)),
        beside=_beside(move),
    )


def _beside(move: model.Move) -> MovedCompany | None:
    if not move.because:
        return None
    _, external_id = move.because[0]["with"]
    return MovedCompany(
        source=move.beside_source or "", company_external_id=external_id, name=move.beside or ""
    )
