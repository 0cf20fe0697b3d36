"""What Megaplan's calls tell: which object was created, changed or dropped.

Two shapes: the stream of events of an application, and the older call of a deal's scheme ("request
to an external service"). Neither is signed, and both may come twice, late or never. So only ids are
read, and whatever the event is, it means: ask for that record.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.kit import custom, pick
from connectors.kit.contract import Hint, Hook
from connectors.kit.forms import read_body
from connectors.kit.records import Noun

_NOUNS: Mapping[str, tuple[Noun, ...]] = {
    "Deal": (Noun.DEAL,),
    "BumsTradeM_Deal": (Noun.DEAL,),
    "ContractorCompany": (Noun.COMPANY,),
    "ContractorHuman": (Noun.CONTACT, Noun.COMPANY),
    "Contractor": (Noun.COMPANY, Noun.CONTACT),
    "Task": (Noun.TASK,),
    "Invoice": (Noun.INVOICE,),
    "FinOperation": (Noun.PAYMENT,),
    "Comment": (Noun.NOTE,),
    "Employee": (Noun.USER,),
}
"""What may have changed; a person is a company, too, when he is a customer of his own."""
_NOT_PULLED = frozenset({"Todo", "Project"})
_TIMED = frozenset({"on_after_create", "on_after_update"})
"""Events that carry the time of the change; what is dropped keeps its old one."""
_LONGEST_NAME = 60


def read_hook(headers: Mapping[str, str], body: bytes) -> Hook:
    """Hints from a body; the account that it comes from is told in no known way."""
    tree = read_body(headers, body)
    event, found = str(tree.get("event")), pick.one(tree, "data")
    kind = found.get("contentType") or pick.one(tree, "accountInfo").get("model")
    if "class" in tree:
        kind, found = tree["class"], {"id": tree.get("id")}
    when = _when(found) if event in _TIMED else None
    hints = tuple(Hint(noun, id_, happened_at=when) for noun, id_ in _told(str(kind), found))
    is_news = not hints and kind not in _NOT_PULLED
    return Hook(None, hints, (pick.clean(f"{kind} {event}")[:_LONGEST_NAME],) if is_news else ())


def _told(kind: str, found: pick.Body) -> Iterator[tuple[Noun, str]]:
    """The records that an object is; legal details are a part of their company."""
    if kind == "Payer":
        found = pick.one(found, "contractor")
        kind = str(found.get("contentType"))
    id_ = found.get("id")
    said = str(id_) if isinstance(id_, (int, str)) and not isinstance(id_, bool) else ""
    if said.isascii() and said.isalnum() and len(said) < 20:
        yield from ((noun, said) for noun in _NOUNS.get(kind, ()))


def _when(found: pick.Body) -> datetime | None:
    said: Any = pick.one(found, "timeUpdated").get("value")
    return custom.moment(said, UTC) if isinstance(said, str) and "T" in said else None
