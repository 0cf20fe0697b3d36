"""The webhooks that CRMs send us: how they stand, on, off, and another secret address."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StrictBool

from kam_sync import subscribing
from kam_sync.intake.model import Source
from kam_sync.jobs.serving import look_at_hooks
from kam_sync.web.api.webhook_answers import Webhooks, webhooks_of
from kam_sync.web.deps import NamedSource, Serving
from kam_sync.web.render import pages
from kam_sync.wiring import Services

router = APIRouter(tags=["sources"])


class Wanted(BaseModel):
    """What is to be."""

    is_wanted: StrictBool = Field(
        description="Whether the CRM is to call us when something changes."
    )


@router.get("/sources/{source}/webhooks")
def get_webhooks(request: Request, services: Serving, source: NamedSource) -> Webhooks:
    """How the webhooks of a source stand."""
    return _shown(request, services, source)


@router.put("/sources/{source}/webhooks")
def set_webhooks(
    request: Request, services: Serving, source: NamedSource, wanted: Wanted
) -> Webhooks:
    """Switch them on or off; the CRM is told in the background."""
    look_at_hooks(services, subscribing.want(services, source.name, wanted=wanted.is_wanted))
    return _shown(request, services, source)


@router.post("/sources/{source}/webhooks/rotate", status_code=202)
def rotate_address(request: Request, services: Serving, source: NamedSource) -> Webhooks:
    """Change the secret address; the old one is good until the CRM has the new one."""
    subscribing.subscribable(source)
    look_at_hooks(services, subscribing.rotate(services, source.name))
    return _shown(request, services, source)


def _shown(request: Request, services: Services, source: Source) -> Webhooks:
    with services.database.transaction() as session:
        found = subscribing.look(services, session, subscribing.subscribable(source))
    if found is None:
        raise AssertionError("unreachable: it can be subscribed to")
    return webhooks_of(found, pages(request).language(request))
