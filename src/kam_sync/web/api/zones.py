"""The time zone that an account lives in."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.accounts.store import ZoneStore
from kam_sync.jobs import joining
from kam_sync.kpi.values import Moment
from kam_sync.web.deps import AccountId, By, Serving
from kam_sync.web.paging import Text

router = APIRouter(tags=["accounts"])


class ZoneWish(BaseModel):
    """Where an account is to live."""

    model_config = ConfigDict(extra="forbid")

    zone: Text = Field(description="An IANA time zone.", examples=["Asia/Yekaterinburg"])


class Zone(BaseModel):
    """Where an account lives."""

    zone: str = Field(examples=["Asia/Yekaterinburg"])
    set_by: str | None = Field(description="null where it is the zone of the installation.")
    set_at: Moment | None


@router.put("/accounts/{account_id}/time-zone")
def set_zone(
    services: Serving, account_id: AccountId, wish: Annotated[ZoneWish, Body()], by: By
) -> Zone:
    """Say in which time zone an account lives; its KPIs are measured anew soon after."""
    joining.live_in(services, account_id, wish.zone, by=by)
    return _zone(services, account_id)


@router.delete("/accounts/{account_id}/time-zone")
def take_zone_back(services: Serving, account_id: AccountId, by: By) -> Zone:
    """Let an account live in the time zone of the installation again."""
    joining.live_in(services, account_id, None, by=by)
    return _zone(services, account_id)


def _zone(services: Serving, account_id: AccountId) -> Zone:
    with services.database.transaction() as session:
        own = ZoneStore(session).of(account_id)
    if own is None:
        return Zone(zone=services.zone.key, set_by=None, set_at=None)
    return Zone(zone=own.zone, set_by=own.by, set_at=own.at)
