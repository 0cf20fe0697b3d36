"""What webhooks carry: objects as the API answers with them, so that one reader reads both."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import orjson

from kam_sync.accounts import model
from kam_sync.accounts.merge import Winners
from kam_sync.alerts.model import Alert
from kam_sync.base.settings import Locale
from kam_sync.notify import shapes

_NO_NEWS = frozenset({"changed_at", "updated_at", "sources"})
"""Times of changes and names of sources: alone they tell an integrator nothing."""

_CAME_LATER = frozenset({"address", "city"})
"""Members that are left out where they are null, so that a new release is no news by itself."""


def of_account(
    row: model.Account,
    companies: Sequence[model.Company],
    names: Mapping[int, str],
    winners: Winners,
) -> dict[str, Any]:
    """An account; `names` are those of all sources."""
    return shapes.account(row, companies, names, winners).model_dump(mode="json")


def of_deal(row: model.Deal, source: str, account_id: object | None) -> dict[str, Any]:
    """A deal."""
    return shapes.deal(row, source, account_id).model_dump(mode="json")


def of_alert(row: Alert, account: str, locale: Locale) -> dict[str, Any]:
    """An alert."""
    return shapes.alert(row, account, locale).model_dump(mode="json")


def digest_of(data: Mapping[str, Any]) -> bytes:
    """What is the same as long as there is no news."""
    told = {
        name: part
        for name, part in data.items()
        if name not in _NO_NEWS and not (part is None and name in _CAME_LATER)
    }
    text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=16).digest()
