"""What an admin may set for one Bitrix24 portal, and what the portal says of itself."""

from typing import Literal

from pydantic import Field

from connectors.kit.options import Zoned


class Settings(Zoned):
    """What an admin may set for one portal (`--set key=value`), and what it says itself."""

    currency: str = "RUB"
    """ISO code of sums that name none; asked of the portal."""
    per_second: float = 1.8
    """Requests a second; 0 for no limit (sandboxes and boxes only). Two drain from the bucket."""
    batch: int = Field(default=50, ge=1, le=50)
    """Pages in one request: fewer where the portal is too slow to answer so many in a minute."""
    whole_days: float = Field(default=7.0, ge=0)
    """Days between whole readings of the lists: deletions show in nothing else. 0 for never."""
    account: str = ""
    """What the portal was called when it was connected, once it has been renamed: it has no other
    identity that a webhook may ask for."""
    hook_token: str = ""
    """The application token that calls have to bring; any call is read where it is empty."""
    offline: bool = False
    """Read the portal's own queue of events; for apps alone."""
    leads: bool = False
    """Pull leads, too, as deals of a pipeline of their own."""
    dates: Literal["iso", "plain"] = "iso"
    """How a time is written in filters; `about` tries it."""
    is_admin: str | None = None

    @classmethod
    def offered(cls) -> list[str]:
        """Without what the account says itself."""
        told = {"dates", "is_admin"}
        return [name for name in super().offered() if name not in told]
