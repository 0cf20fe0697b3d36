"""What the API says of the webhooks that the CRM of a source sends us."""

from dataclasses import asdict

from pydantic import BaseModel, Field

from connectors import ErrorKind
from kam_sync.intake.quiet import Why
from kam_sync.intake.reach import Reach
from kam_sync.intake.subscription import HooksState
from kam_sync.kpi.values import Moment
from kam_sync.subscribing import Shown
from kam_sync.web.wording import webhooks
from kam_sync.web.wording.language import Language


class Webhooks(BaseModel):
    """Whether the CRM calls us when something changes."""

    state: HooksState
    is_wanted: bool = Field(description="False when a person switched them off.")
    reach: Reach = Field(description="Whether the CRM could reach our public address.")
    since: Moment | None = Field(description="Since when it stands so.")
    asked_at: Moment | None = Field(description="When we last asked the CRM.")
    received_at: Moment | None = Field(description="When the newest one came.")
    message: str = Field(description="What the CRM said, in words; empty when all is well.")
    error_kind: ErrorKind = Field(description="The same for programs.")
    changes: int = Field(description="How many records changed within a day, as far as is judged.")
    unannounced: int = Field(description="How many of them polling found and no webhook told.")
    unannounced_share: float | None = Field(description="Null when nothing has changed.")
    quiet: Why | None = Field(description="Too few come: none any more, or some are lost.")
    quiet_since: Moment | None = Field(description="Since when they are dead, or lossy.")
    advice: str = Field(description="What to do; empty when nothing is.")


def webhooks_of(shown: Shown, language: Language) -> Webhooks:
    """How the webhooks of a source stand."""
    plain = asdict(shown)
    del plain["source"]
    plain["unannounced_share"] = shown.unannounced_share
    return Webhooks(**plain, advice=webhooks.advice(language, shown))
