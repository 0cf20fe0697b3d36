"""What an admin may set for a source (`--set key=value`), where it is alike for all kinds."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict


def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"{name!r} is not a time zone such as Europe/Moscow")
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class Zoned(BaseModel):
    """Options of an account that has a calendar; one that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: ZoneName = "Europe/Moscow"

    @property
    def zone(self) -> ZoneInfo:
        """Where its days begin and end, and the times that it writes without a zone are from."""
        return ZoneInfo(self.timezone)
