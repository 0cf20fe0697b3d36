"""API keys: listing, making and revoking them."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.access import keys, model
from kam_sync.access.keys import A_YEAR, KeyWish
from kam_sync.access.model import Role
from kam_sync.access.store import KeyStore
from kam_sync.web.deps import Asking, Reading, Whole
from kam_sync.web.paging import Page, Text
from kam_sync.web.visitor import actor_of

router = APIRouter(tags=["keys"])


class Key(BaseModel):
    """What a program shows to be let in, without its secret part."""

    id: str
    name: str
    prefix: str = Field(description="How it begins.")
    role: Role
    areas: list[str] = Field(description="What it is narrowed to; empty: all that the role may.")
    keeper_keys: list[str]
    made_at: datetime
    made_by: str
    expires_at: datetime | None
    used_at: datetime | None = Field(description="To the minute.")


class MadeKey(Key):
    """A new key."""

    key: str = Field(description="Shown this once: `Authorization: Bearer kam_...`.")


class NewKey(BaseModel):
    """A key as it is wanted."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(examples=["prometheus"])
    role: Role
    areas: list[Text] = Field(default=[], examples=[["alerts:see"]])
    expires: Text = Field(default=A_YEAR, description="Such as `90d`, or `never`.")
    keeper_keys: list[Text] = Field(
        default=[], description="Of the role kam: whose accounts it sees."
    )


@router.get("/keys")
def list_keys(session: Reading) -> Page[Key]:
    """All of them, by name."""
    return Page(items=[_key(one) for one in KeyStore(session).all()])


@router.post("/keys", status_code=201)
def make_key(request: Request, who: Asking, services: Whole, new: NewKey) -> MadeKey:
    """Make a key; its text is answered this once."""
    wish = KeyWish(new.name, new.role, new.areas, new.expires, new.keeper_keys)
    with services.database.transaction() as session:
        made, text = keys.make(session, wish, actor_of(request, who), services.now())
        return MadeKey(**_key(made).model_dump(), key=text)


@router.delete("/keys/{key_id}", status_code=204)
def revoke_key(request: Request, who: Asking, services: Whole, key_id: str) -> Response:
    """Let nobody in by it any more; from the next request on."""
    with services.database.transaction() as session:
        keys.revoke(session, key_id, actor_of(request, who), services.now())
    return Response(status_code=204)


def _key(found: model.Key) -> Key:
    plain = found.model_dump(include=set(Key.model_fields) - {"id"})
    return Key(id=str(found.id), **plain)
