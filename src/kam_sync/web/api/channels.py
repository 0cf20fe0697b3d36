"""Where people are told of alerts: channels, their routes, and what became of each message."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from kam_sync import channelling
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Severity
from kam_sync.kpi.values import Moment
from kam_sync.notify import channel as model
from kam_sync.notify.channel import Event, SendState, Through
from kam_sync.notify.keeping import known_owners
from kam_sync.notify.model import Waiting
from kam_sync.notify.route import is_known
from kam_sync.notify.store import ChannelStore, SendStore
from kam_sync.web import paging
from kam_sync.web.deps import Reading, Serving
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked
from kam_sync.web.wording import letters

router = APIRouter(tags=["channels"])

_BY_NAME = Cursor("channels", paging.text)
_BY_ID = Cursor("sends", paging.big_number)
Url = Annotated[
    Text,
    Field(
        description="An apprise URL. It is a secret, and never shown again.",
        examples=["mailtos://kam:PASSWORD@smtp.example.com?to=olga@example.com"],
    ),
]
_UNTESTED = Field(default=False, description="Keep a URL whose host is not found yet.")
SendId = Annotated[int, Field(ge=1, lt=2**63)]
RouteId = Annotated[int, Field(ge=1, lt=2**31)]


class SendQuery(Paging):
    """Which sends are asked for."""

    state: SendState | None = None


class NewChannel(BaseModel):
    """Where people are told."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(examples=["olga"])
    url: Url
    locale: Locale | None = Field(default=None, description="That of the house if left out.")
    zone: Text = Field(default="", description="That of the house if left out.")
    is_untested: StrictBool = _UNTESTED


class ChangedChannel(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    locale: Locale | None = None
    zone: Text | None = Field(default=None, description="Empty: that of the house.")
    is_untested: StrictBool = _UNTESTED
    is_paused: StrictBool | None = Field(
        default=None, description="What is to be told meanwhile is kept for it."
    )


class NewRoute(BaseModel):
    """What goes to a channel; what is left out says nothing."""

    model_config = ConfigDict(extra="forbid")

    owner: Text = Field(
        default="",
        description="Whose accounts: a name, an e-mail, source:id of a CRM user, or `nobody`.",
        examples=["olga@example.com"],
    )
    kpi: Text = Field(default="", examples=["won_revenue"])
    rule: Text = Field(default="", description="The key of a rule.", examples=["contract_ends"])
    severity: Severity = Field(default=Severity.LOW, description="The least grave that goes.")
    events: list[Event] = Field(
        default=[], max_length=len(Event), description="All but `escalated` if left out."
    )
    escalates_after_days: int | None = Field(
        default=None, description="Working days without an answer; with `escalated` alone."
    )


class Route(NewRoute):
    """A route."""

    id: str
    is_owner_known: bool = Field(
        description="False: nobody in the CRMs is called so, and nothing goes there by it."
    )


class Channel(BaseModel):
    """Where people are told, and how it goes."""

    id: str
    name: str
    address: str = Field(description="What may be shown of its URL.", examples=["tgram"])
    locale: Locale
    zone: str = Field(description="Empty: that of the house.")
    is_paused: bool
    made_at: Moment
    failures: int = Field(description="How many tries in a row were not taken.")
    failing_since: Moment | None
    rests_until: Moment | None = Field(description="Nothing is sent before.")
    last_success_at: Moment | None
    last_error: str
    routes: list[Route] = Field(description="Without any, everything goes to it.")
    waiting: int = Field(description="How many changes of alerts wait to be told.")
    oldest_waiting_at: Moment | None


class Send(BaseModel):
    """A change of an alert on its way to people, or told."""

    id: str
    alert_id: str
    event: Event
    state: SendState
    made_at: Moment
    due_at: Moment = Field(description="When it is told, or tried again.")
    in_digest: bool = Field(description="Whether it is told together with all that waited.")
    attempts: int
    tried_at: Moment | None
    sent_at: Moment | None
    error: str


class Tried(BaseModel):
    """What came of a trial."""

    is_taken: bool
    error: str


class Again(BaseModel):
    """Which sends; all that were given up if none is named."""

    model_config = ConfigDict(extra="forbid")

    ids: list[SendId] = Field(default=[], max_length=1000)


class Resent(BaseModel):
    """How many are sent again."""

    count: int


@router.get("/channels")
def list_channels(session: Reading, query: Asked[Paging]) -> Page[Channel]:
    """All channels, by name."""
    after = _BY_NAME.read(query.cursor)
    rows = sorted(ChannelStore(session).all(), key=lambda one: one.name)
    found = [one for one in rows if after is None or one.name > after[0]]
    kept, cursor = paging.page(found, query.limit, lambda one: _BY_NAME.write(one.name))
    return Page(items=_channels(session, kept), next_cursor=cursor)


@router.post("/channels", status_code=201)
def add_channel(services: Serving, new: NewChannel) -> Channel:
    """Tell people there from now on; without routes, of everything."""
    made = channelling.add(
        services, new.name, new.url, locale=new.locale, zone=new.zone, is_untested=new.is_untested
    )
    return _channel(made, [], None)


@router.get("/channels/{channel}")
def get_channel(session: Reading, channel: str) -> Channel:
    """One channel."""
    return _shown(session, channel)


@router.patch("/channels/{channel}")
def change_channel(services: Serving, channel: str, wanted: ChangedChannel) -> Channel:
    """Change where it leads, its language or zone; pause it, or let it go on."""
    if wanted.url is not None or wanted.locale is not None or wanted.zone is not None:
        channelling.change(
            services, channel, url=wanted.url, locale=wanted.locale, zone=wanted.zone,
            is_untested=wanted.is_untested,
        )  # fmt: skip
    with services.database.transaction() as session:
        if wanted.is_paused is True:
            channelling.pause(session, channel)
        elif wanted.is_paused is False:
            channelling.resume(session, channel, services.now())
        return _shown(session, channel)


@router.delete("/channels/{channel}", status_code=204)
def remove_channel(session: Reading, services: Serving, channel: str) -> Response:
    """Forget a channel, its routes, and what waits for it."""
    channelling.remove(session, channel, services.now())
    return Response(status_code=204)


@router.post("/channels/{channel}/test")
def test_channel(services: Serving, channel: str) -> Tried:
    """Send a trial now, and say what came of it."""
    found = channelling.named(services, channel)
    tried = channelling.test(services, found, letters.trial(services, found))
    return Tried(is_taken=tried.is_good, error=tried.error)


@router.post("/channels/{channel}/routes", status_code=201)
def add_route(session: Reading, channel: str, new: NewRoute) -> Route:
    """Say what goes to a channel; from its first route on, nothing else does."""
    made = channelling.route(session, channel, Through(**new.model_dump()))
    return _route(made, known_owners(session))


@router.delete("/channels/{channel}/routes/{route}", status_code=204)
def remove_route(session: Reading, channel: str, route: RouteId) -> Response:
    """Forget a route; without any, everything goes to the channel."""
    channelling.unroute(session, channel, route)
    return Response(status_code=204)


@router.get("/channels/{channel}/sends")
def list_sends(session: Reading, channel: str, query: Asked[SendQuery]) -> Page[Send]:
    """What a channel has told, or is to tell, newest first."""
    after = _BY_ID.read(query.cursor)
    found = SendStore(session).latest(
        ChannelStore(session).by_name(channel).id,
        state=query.state,
        before=None if after is None else int(after[0]),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda one: _BY_ID.write(one.id))
    return Page(items=[_send(one) for one in kept], next_cursor=cursor)


@router.post("/channels/{channel}/retry", status_code=202)
def retry_sends(session: Reading, services: Serving, channel: str, wanted: Again) -> Resent:
    """Send some once more, or all that was given up."""
    return Resent(count=channelling.again(session, channel, services.now(), wanted.ids))


def _shown(session: Reading, name: str) -> Channel:
    return _channels(session, [ChannelStore(session).by_name(name)])[0]


def _channels(session: Reading, rows: list[model.Channel]) -> list[Channel]:
    routes, waiting = ChannelStore(session).routes(), SendStore(session).waiting()
    owners = known_owners(session)
    return [
        _channel(
            one, [_route(each, owners) for each in routes.get(one.id, [])], waiting.get(one.id)
        )
        for one in rows
    ]


def _channel(row: model.Channel, routes: list[Route], waiting: Waiting | None) -> Channel:
    waits = waiting or Waiting()
    plain = row.model_dump(include=set(Channel.model_fields) - {"id"})
    return Channel(
        **plain, id=str(row.id), routes=routes, waiting=waits.count,
        oldest_waiting_at=waits.oldest_at,
    )  # fmt: skip


def _route(row: model.Route, owners: list[model.Owner]) -> Route:
    more = {"id": str(row.id), "is_owner_known": is_known(row.owner, owners)}
    return Route.model_validate(row.model_dump(exclude={"channel_id"}) | more)


def _send(row: model.Send) -> Send:
    plain = row.model_dump(include=set(Send.model_fields) - {"id", "alert_id"})
    return Send(**plain, id=str(row.id), alert_id=str(row.alert_id))
