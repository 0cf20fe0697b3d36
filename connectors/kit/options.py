"""What an admin may set for a source (`--set key=value`), where it is alike for all kinds."""

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from connectors.kit.door import Spoken
from connectors.kit.wrongs import UNKNOWN_OPTIONS


def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(
            Spoken(
                f"{name!r} is not a time zone such as Europe/Moscow",
                f"{name!r}: такого часового пояса нет; нужен, например, Europe/Moscow",
            )
        )
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class Options(BaseModel):
    """Options of an account; those that nobody knows are refused, with those that there are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def offered(cls) -> list[str]:
        """The names that an admin may set."""
        return list(cls.model_fields)

    @model_validator(mode="before")
    @classmethod
    def _are_known(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and (strange := sorted({*given} - {*cls.model_fields})):
            why = {"strange": strange, "offered": cls.offered()}
            raise PydanticCustomError(UNKNOWN_OPTIONS, "no such option: {strange}", why)
        return given


class Zoned(Options):
    """Options of an account that has a calendar."""

    timezone: ZoneName = "Europe/Moscow"

    @property
    def zone(self) -> ZoneInfo:
        """Where its days begin and end, and the times that it writes without a zone are from."""
        return ZoneInfo(self.timezone)
