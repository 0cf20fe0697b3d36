"""Connects CRM accounts, changes how they are reached, and lets them go."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool

from kam_sync import asking, connecting, removing
from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import NewSource, Source
from kam_sync.intake.store import GrantStore
from kam_sync.web.api import answers
from kam_sync.web.api.sources import shown
from kam_sync.web.deps import NamedSource, Serving
from kam_sync.web.paging import Text
from kam_sync.wiring import Services, wants_token

router = APIRouter(tags=["sources"])

Token = Annotated[
    SecretStr, Field(description="What opens the account. It is sealed, and never shown again.")
]
Options = Annotated[
    dict[Text, Text],
    Field(description="What this kind of CRM asks for beside; `kam-sync source kinds` lists it."),
]


class NewConnection(BaseModel):
    """A CRM account to be pulled. By OAuth it is connected on the page or by command."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(examples=["sales"])
    kind: Text = Field(examples=["amocrm"])
    base_url: Text = Field(examples=["https://example.amocrm.ru"])
    token: Token = SecretStr("")
    options: Options = {}


class ChangedConnection(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["active", "paused"] | None = Field(
        default=None, description="`active` also goes on after it needed a person."
    )
    base_url: Text | None = None
    token: Token | None = None
    options: Options = Field(default={}, description="An empty text takes an option away.")
    is_another_account: StrictBool = Field(
        default=False,
        description="True allows an address that does not give the records we have: all of it is "
        "read anew then, and what it does not have is deleted here, much of it once approved.",
    )


@router.post("/sources", status_code=201)
def connect_source(services: Serving, new: NewConnection, response: Response) -> answers.Source:
    """Connect a CRM account by a token, after asking it who it is; its first pull comes with the
    next sync, or by `POST /sources/{source}/sync`."""
    token = new.token.get_secret_value()
    if not token and wants_token(new.kind, new.options):
        raise WrongUse("token: this kind of CRM wants one")
    base_url = services.admit(new.kind, new.base_url.strip().rstrip("/"))
    wanted = NewSource(name=new.name, kind=new.kind, base_url=base_url)
    source, _ = connecting.add(services, wanted, token, new.options)
    response.headers["Location"] = f"/api/v1/sources/{source.id}"
    return _shown(services, source)


@router.patch("/sources/{source}")
def change_source(
    services: Serving, source: NamedSource, change: ChangedConnection
) -> answers.Source:
    """Pause it, go on, or reach it in another way; the CRM is asked first, and 502 says that it
    does not let us in. Another address, token or option has all records translated anew."""
    changed = _reached(services, source, change)
    if change.state is not None:
        changed = connecting.set_paused(services, source.name, paused=change.state == "paused")
    return _shown(services, changed)


@router.delete("/sources/{source}", status_code=204)
def remove_source(services: Serving, source: NamedSource) -> None:
    """Forget it with all that came from it. Of a large one this takes minutes; cut short, it goes
    on when it is asked for again. Pause it instead to keep the data."""
    removing.remove(services, source.name)


def _reached(services: Services, source: Source, change: ChangedConnection) -> Source:
    """The source after what opens it was changed, if it was."""
    base_url = None if change.base_url is None else change.base_url.strip().rstrip("/")
    token = None if change.token is None else change.token.get_secret_value()
    is_same = token is None and not connecting.differs(
        services, source.name, base_url, change.options
    )
    # one that waits for a person and is only to be paused or resumed has nothing to be tried
    if is_same or (token, base_url, change.options) == (None, None, {}):
        return source
    moves = base_url if source.remote_account and base_url != source.base_url else None
    is_other = False
    if token is not None or moves is not None:
        ours = asking.try_out(services, source.name, token, base_url=moves, options=change.options)
        is_other = ours is False
    if is_other and not change.is_another_account:
        raise WrongUse(
            "base_url: that address does not give the records that we have; "
            "is_another_account=true reads all of it anew"
        )
    return connecting.change(
        services, source.name, base_url=base_url, token=token, options=change.options,
        anew=is_other,
    )  # fmt: skip


def _shown(services: Services, source: Source) -> answers.Source:
    with services.database.transaction() as session:
        return shown(source, is_granted=source.id in GrantStore(session).sources())
