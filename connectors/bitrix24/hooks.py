"""What Bitrix24's events tell: who has changed, and nothing of what.

A form with PHP's brackets, with an application token and no signature: the token is compared where
an admin has given it. An event is told once or never, in any order, perhaps twice. So only ids are
read, and whatever the event is, it means: ask for that record.
"""

import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bitrix24.entities import ALL, LEAD, LEAD_IDS, by_type
from connectors.bitrix24.lists import ACTIVITY, TASK, TODO
from connectors.kit import pick
from connectors.kit.contract import Hint, Hook
from connectors.kit.errors import BadHook
from connectors.kit.forms import read_body, texts
from connectors.kit.records import Noun

_EVENT = re.compile(r"ON(CRM|)([A-Z]+?)(ADD|UPDATE|DELETE|MOVETOCATEGORY)(?:_[0-9]{1,6})?")
_NOUNS: Mapping[str, tuple[tuple[Noun, str], ...]] = {
    "DEAL": ((Noun.DEAL, ""),),
    "LEAD": ((Noun.DEAL, LEAD_IDS),),
    "CONTACT": ((Noun.CONTACT, ""),),
    "COMPANY": ((Noun.COMPANY, ""),),
    "PRODUCT": ((Noun.PRODUCT, ""),),
    "ACTIVITY": ((Noun.TASK, TODO), (Noun.NOTE, ACTIVITY)),
    "TASK": ((Noun.TASK, TASK),),
}
"""What an event is about, and how our ids of it begin; which of two, nothing says."""
_NOT_PULLED = frozenset(
    {
        "QUOTE", "REQUISITE", "BANKDETAIL", "CURRENCY", "TIMELINECOMMENT", "ADDRESS", "TASKCOMMENT",
        "DEALRECURRING",
    }
)  # fmt: skip
"""Of requisites the polls tell: an event names no company."""
_OF_APPS = frozenset({"ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPUPDATE", "ONOFFLINEEVENT"})
_ID = re.compile(r"[1-9][0-9]{0,17}")
_LONGEST_NAME = 60


def read_hook(headers: Mapping[str, str], body: bytes, token: str, *, leads: bool) -> Hook:
    """Hints from a call; with a wrong application token it is no call of the portal's."""
    tree = read_body(headers, body)
    auth = pick.one(tree, "auth")
    given = next(iter(texts(auth.get("application_token"))), "")
    if token and not hmac.compare_digest(given.encode(), token.encode()):
        raise BadHook("the application token is not the one that hook_token says")
    event = next(iter(texts(tree.get("event"))), "")
    account = next(iter(texts(auth.get("domain"))), "").lower() or None
    hints = hints_of(event, tree.get("data"), leads=leads)
    if hints is None:
        return Hook(account, unknown=(pick.clean(event)[:_LONGEST_NAME] or "event",))
    return Hook(account, tuple(hints))


def hints_of(event: str, data: Any, *, leads: bool) -> list[Hint] | None:
    """What an event tells; None where it should name a record, and does not.

    Args:
        leads: whether they are pulled; else what happens to them is of no interest.
    """
    name = event.strip().upper()
    found = _EVENT.fullmatch(name)
    what = found.group(2) if found else ""
    if name in _OF_APPS or what in _NOT_PULLED or (what == "LEAD" and not leads):
        return []
    ids = list(dict.fromkeys(_ids(data)))
    if what == "DYNAMICITEM":
        return [Hint(noun, id_) for noun in _dynamic(data) for id_ in ids] if ids else None
    return [
        Hint(noun, f"{prefix}{id_}") for noun, prefix in _NOUNS.get(what, ()) for id_ in ids
    ] or None


def _ids(data: Any) -> Iterator[str]:
    """The ids of records: a task has them before and after, one of which may be `undefined`."""
    parts = data if isinstance(data, Mapping) else {}
    for part in ("FIELDS", "FIELDS_AFTER", "FIELDS_BEFORE"):
        fields = pick.one(parts, part)
        yield from (text for text in texts(fields.get("ID")) if _ID.fullmatch(text))


def _dynamic(data: Any) -> list[Noun]:
    """The kind of an item: smart invoices are pulled, other smart processes are not."""
    fields = pick.one(data if isinstance(data, Mapping) else {}, "FIELDS")
    said = next(iter(texts(fields.get("ENTITY_TYPE_ID"))), "31")
    entity = by_type(said, ALL)
    return [entity.noun] if entity and entity is not LEAD else []
