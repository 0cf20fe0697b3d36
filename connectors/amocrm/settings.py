"""What an admin may set for one amoCRM account, and what the account says of itself."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """What an admin may set for one amoCRM account (`--set key=value`), and what it says itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str = "RUB"
    """ISO code of all prices; asked of the account where it tells."""
    per_second: float = 6.0
    """Requests a second; 0 for no limit (sandboxes only). Seven are allowed: at exactly seven the
    jitter of the network alone brings refusals."""
    inn_field: str = "ИНН"
    kpp_field: str = "КПП"
    """Names of the company fields that hold the tax numbers."""
    timezone: str = "Europe/Moscow"
