"""Where webhooks to integrators are sent, what became of each, and sending them again."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from kam_sync import targeting
from kam_sync.kpi.values import Moment
from kam_sync.notify import model
from kam_sync.notify.model import (
    DELIVERY_ID,
    DeliveryState,
    EventType,
    Listed,
    TargetState,
    Waiting,
)
from kam_sync.notify.store import DeliveryStore, TargetStore
from kam_sync.web import paging
from kam_sync.web.deps import Reading, Serving
from kam_sync.web.given import GivenMoment
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["targets"])

_BY_NAME = Cursor("targets", paging.text)
_BY_ID = Cursor("deliveries", paging.big_number)

Events = Annotated[
    list[Text],
    Field(max_length=50, description="Types or patterns; all if left out.", examples=[["deal.*"]]),
]


class DeliveryQuery(Paging):
    """Which deliveries are asked for."""

    is_failed: bool = Field(default=False, description="Only those whose last try failed.")


class NewTarget(BaseModel):
    """Where to send what."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(examples=["bridge"])
    url: Text = Field(examples=["https://example.com/hooks"])
    events: Events = []


class ChangedTarget(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    url: Text | None = None
    events: Events | None = None


class Replay(BaseModel):
    """Which deliveries: some, or all that were made since a moment."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(pattern=DELIVERY_ID)]] = Field(
        default=[], max_length=1000, description="`message_id` or `id` of deliveries."
    )
    since: GivenMoment | None = Field(default=None, description="All but pings.")


class Target(BaseModel):
    """Where webhooks go, and how it goes. Its secret is never shown again."""

    id: str
    name: str
    url: str
    events: list[str]
    state: TargetState = Field(
        description="`paused`: by a person; `stopped`: it took nothing for a day, or said 410."
    )
    made_at: Moment
    delivered: int = Field(description="Tries that were taken.")
    refused: int = Field(description="Tries that were not.")
    failing_since: Moment | None
    rests_until: Moment | None = Field(description="Nothing is sent before.")
    last_success_at: Moment | None
    last_status: int | None
    last_error: str
    former_until: Moment | None = Field(description="Until when the secret before signs, too.")
    waiting: int = Field(description="How many messages wait for it.")
    oldest_waiting_at: Moment | None


class TargetWithSecret(Target):
    """A target and its new secret, this once."""

    secret: str = Field(examples=["whsec_..."])


class Delivery(BaseModel):
    """A message on its way, or there."""

    id: str
    message_id: str = Field(description="`webhook-id`, the same at every try and replay.")
    type: EventType
    state: DeliveryState
    made_at: Moment
    due_at: Moment = Field(description="Of the next try, while it waits.")
    attempts: int
    tried_at: Moment | None
    replayed_at: Moment | None
    status: int | None
    error: str


class Tested(BaseModel):
    """What came of a ping."""

    is_taken: bool
    message_id: str
    status: int | None
    error: str
    body: str = Field(description="The beginning of what was answered.")


class Replayed(BaseModel):
    """How many are sent again."""

    count: int


@router.get("/targets")
def list_targets(session: Reading, query: Asked[Paging]) -> Page[Target]:
    """All targets, by name."""
    after, waiting = _BY_NAME.read(query.cursor), DeliveryStore(session).waiting()
    rows = sorted(TargetStore(session).all(), key=lambda target: target.name)
    found = [target for target in rows if after is None or target.name > after[0]]
    kept, cursor = paging.page(found, query.limit, lambda target: _BY_NAME.write(target.name))
    return Page(items=[_target(one, waiting.get(one.id)) for one in kept], next_cursor=cursor)


@router.post("/targets", status_code=201)
def add_target(services: Serving, new: NewTarget) -> TargetWithSecret:
    """Send webhooks to an address from now on; the secret is shown this once."""
    target, secret = targeting.add(services, new.name, new.url, new.events)
    return TargetWithSecret(**_target(target).model_dump(), secret=secret)


@router.get("/targets/{target}")
def get_target(session: Reading, target: str) -> Target:
    """One target."""
    return _shown(session, target)


@router.patch("/targets/{target}")
def change_target(services: Serving, target: str, wanted: ChangedTarget) -> Target:
    """Set another address, or other events."""
    found = targeting.change(services, target, url=wanted.url, events=wanted.events)
    return _target(found)


@router.delete("/targets/{target}", status_code=204)
def remove_target(session: Reading, services: Serving, target: str) -> Response:
    """Forget a target, and what waits for it."""
    targeting.remove(session, target, services.now())
    return Response(status_code=204)


@router.post("/targets/{target}/pause")
def pause_target(session: Reading, target: str) -> Target:
    """Send it nothing; what happens meanwhile is kept for it."""
    targeting.pause(session, target)
    return _shown(session, target)


@router.post("/targets/{target}/resume")
def resume_target(session: Reading, services: Serving, target: str) -> Target:
    """Go on with it, and send what waits."""
    targeting.resume(session, target, services.now())
    return _shown(session, target)


@router.post("/targets/{target}/rotate")
def rotate_secret(services: Serving, target: str) -> TargetWithSecret:
    """Make a new secret; for 24 hours the one before signs beside it."""
    found, secret = targeting.rotate(services, target)
    return TargetWithSecret(**_target(found).model_dump(), secret=secret)


@router.post("/targets/{target}/test")
def test_target(services: Serving, target: str) -> Tested:
    """Send a ping now, and say what was answered."""
    tested = targeting.ping(services, target)
    answer = tested.answer
    return Tested(
        is_taken=answer.is_good, message_id=tested.message_id, status=answer.status,
        error=answer.error, body=answer.body,
    )  # fmt: skip


@router.get("/targets/{target}/deliveries")
def list_deliveries(session: Reading, target: str, query: Asked[DeliveryQuery]) -> Page[Delivery]:
    """What was sent to a target, or waits for it, newest first."""
    after = _BY_ID.read(query.cursor)
    found = DeliveryStore(session).latest(
        TargetStore(session).by_name(target).id,
        is_failed=query.is_failed,
        before=None if after is None else int(after[0]),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda one: _BY_ID.write(one.delivery.id))
    return Page(items=[_delivery(one) for one in kept], next_cursor=cursor)


@router.post("/targets/{target}/replay", status_code=202)
def replay_deliveries(session: Reading, services: Serving, target: str, wanted: Replay) -> Replayed:
    """Send messages once more, with the ids they had."""
    count = targeting.replay(session, target, services.now(), ids=wanted.ids, since=wanted.since)
    return Replayed(count=count)


def _shown(session: Reading, name: str) -> Target:
    found = TargetStore(session).by_name(name)
    return _target(found, DeliveryStore(session).waiting().get(found.id))


def _target(row: model.Target, waiting: Waiting | None = None) -> Target:
    waits = waiting or Waiting()
    plain = row.model_dump(include=set(Target.model_fields) - {"id"})
    return Target(**plain, id=str(row.id), waiting=waits.count, oldest_waiting_at=waits.oldest_at)


def _delivery(listed: Listed) -> Delivery:
    plain = listed.delivery.model_dump(include=set(Delivery.model_fields) - {"id"})
    return Delivery(
        **plain, id=str(listed.delivery.id), message_id=listed.message_id, type=listed.type
    )
