"""What an admin may set for one amoCRM account, and what the account says of itself."""

from pydantic import Field

from connectors.kit.options import Zoned


class Settings(Zoned):
    """What an admin may set for one amoCRM account (`--set key=value`), and what it says itself."""

    currency: str = "RUB"
    """ISO code of all prices; asked of the account where it tells."""
    per_second: float = 6.0
    """Requests a second; 0 for no limit (sandboxes only). Seven are allowed: at exactly seven the
    jitter of the network alone brings refusals."""
    inn_field: str = "ИНН"
    kpp_field: str = "КПП"
    """Names of the company fields that hold the tax numbers, where the field map says nothing."""
    event_days: int = Field(default=365, ge=0, le=3650)
    """How far the first load reaches back in the log of events."""
    whole_every: float = Field(default=24.0, ge=0)
    """Hours between whole readings of lists that nothing else tells enough about."""
    whole_days: float = Field(default=7.0, ge=0)
    """Days between whole readings of the lists whose changes are asked for by their time: what is
    dated back, or goes without a word, shows in nothing else. 0 for never."""
    notes_every: float = Field(default=1.0, ge=0)
    """Hours between readings of all notes, of whose edits no event tells."""
    api_filter: str | None = None
    customers_mode: str | None = None
    invoices_catalog: str | None = None
    is_admin: str | None = None

    @classmethod
    def offered(cls) -> list[str]:
        """Without what the account says itself."""
        told = {"api_filter", "customers_mode", "invoices_catalog", "is_admin"}
        return [name for name in super().offered() if name not in told]
