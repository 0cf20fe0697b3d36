"""What an admin may set for one Megaplan account, and what the account says of itself."""

from pydantic import Field

from connectors.kit.options import Zoned


class Settings(Zoned):
    """What an admin may set for one Megaplan account (`--set key=value`)."""

    currency: str = "RUB"
    """Of amounts that name none; asked of the account where it tells."""
    per_second: float = 2.0
    """Requests a second; 0 for no limit (sandboxes only). Megaplan publishes no limit."""
    whole_days: float = Field(default=7.0, ge=0)
    """Days between whole readings of the lists whose changes are told; 0 for never."""
    seldom_hours: float = Field(default=6.0, ge=0)
    """Hours between readings of what tells no changes: invoices and definitions of fields."""
    account: str = ""
    """The host under which it was connected, once it has been renamed: it tells no other identity.
    """
    comment_days: int = Field(default=90, ge=0, le=3650)
    """How far the first load reaches back for comments."""
