"""What amoCRM's webhooks tell: who has changed, in the older shapes that nothing else has.

One body may hold several entities, actions and items: `leads[update][0][id]=5001`. Companies stand
under `contacts`, tasks under `task` and sometimes nested once more, notes under whom they are
about. Webhooks are unsigned, come twice, late, in any order or never, and tell of our own writes,
too. So only ids are read, and whatever the action is, it means: ask for that record.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from connectors.amocrm.naming import NOUNS, PLURALS
from connectors.kit import pick
from connectors.kit.contract import Hint, Hook
from connectors.kit.forms import items, read_body, texts
from connectors.kit.records import Noun

_NOUNS: Mapping[str, tuple[Noun, ...]] = {
    "leads": (Noun.DEAL,),
    "contacts": (Noun.CONTACT, Noun.COMPANY),
    "companies": (Noun.COMPANY,),
    "customers": (Noun.CUSTOMER,),
    "task": (Noun.TASK,),
    "tasks": (Noun.TASK,),
    "catalogs": (Noun.PRODUCT, Noun.INVOICE),
}
"""What stands under each name at the top; which of two, the item tells."""
_TYPES = {"contact": Noun.CONTACT, "company": Noun.COMPANY}
_ELEMENTS = {"1": Noun.CONTACT, "2": Noun.DEAL, "3": Noun.COMPANY, "12": Noun.CUSTOMER}
_NOT_PULLED = frozenset({"account", "message", "talk"})
"""Chats are not pulled; that something was said shows in the log of events."""
_TIMED = frozenset({"add", "update", "status", "responsible"})
"""Actions that come with the time of the change; what is deleted or restored keeps its old one."""
_SECONDS = re.compile(r"[1-9][0-9]{8,9}")
_ID = re.compile(r"[1-9][0-9]{0,18}")
_MOST_TOLD = 20
_LONGEST_NAME = 60


def read_hook(headers: Mapping[str, str], body: bytes, invoices_catalog: str | None) -> Hook:
    """Hints from a body, and the names in it that were not understood."""
    tree = read_body(headers, body)
    hints: dict[tuple[Hint, datetime | None], Hint] = {}
    unknown: dict[str, None] = {}
    for root, action, item in _told(tree):
        is_item = isinstance(item, Mapping)
        found = _hints(root, item, invoices_catalog) if is_item else None
        if found is None:
            name = f"{root}[{action}]" if action else root
            unknown[pick.clean(name)[:_LONGEST_NAME]] = None
            continue
        when = _when(root, action, item)
        hints |= {(hint, when): replace(hint, happened_at=when) for hint in found}
    account = next(_ids(pick.one(tree, "account").get("id")), None)
    return Hook(account, tuple(hints.values()), tuple(islice(unknown, _MOST_TOLD)))


def _told(tree: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each item with its root and its action."""
    for root, actions in tree.items():
        if root in _NOT_PULLED:
            continue
        if not isinstance(actions, Mapping):
            yield root, "", None
            continue
        for action, listed in actions.items():
            for item in items(listed):
                yield root, action, item


def _when(root: str, action: str, item: pick.Body) -> datetime | None:
    """When the record of an item was changed, where that tells how new the item is."""
    if action not in _TIMED or root == "unsorted" or "note" in item:
        return None
    for text in (*texts(item.get("updated_at")), *texts(item.get("last_modified"))):
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
    return None


def _hints(root: str, item: pick.Body, invoices_catalog: str | None) -> list[Hint] | None:
    """The records that an item names; None where it should name one, and does not."""
    if root == "unsorted":
        return list(_accepted(item))
    nouns = _NOUNS.get(root, ())
    if "note" in item:
        notes = (note for note in items(item["note"]) if isinstance(note, Mapping))
        return [hint for note in notes for hint in _note(nouns, item, note)] or None
    if root == "contacts":
        nouns = tuple(_TYPES[text] for text in texts(item.get("type")) if text in _TYPES) or nouns
    if root == "catalogs":
        is_invoice = invoices_catalog in texts(item.get("catalog_id"))
        nouns = (Noun.INVOICE if is_invoice else Noun.PRODUCT,)
    return [Hint(noun, id_) for noun in nouns for id_ in _ids(item.get("id"))] or None


def _note(nouns: tuple[Noun, ...], item: pick.Body, note: pick.Body) -> Iterator[Hint]:
    """A note under our id of it, which tells whose list it stands in, too."""
    told = [_ELEMENTS.get(text) for text in texts(note.get("element_type"))]
    told += [_TYPES.get(text) for text in texts(item.get("type"))]
    for owner in [noun for noun in nouns if noun in told] or nouns:
        if owner in PLURALS:
            yield from (Hint(Noun.NOTE, f"{PLURALS[owner]}/{id_}") for id_ in _ids(note.get("id")))


def _accepted(item: pick.Body) -> Iterator[Hint]:
    """What became of a lead that nobody had accepted; of a new one its list will tell."""
    for result in ("accept_result", "decline_result"):
        for plural, noun in NOUNS.items():
            yield from (Hint(noun, id_) for id_ in _ids(pick.one(item, result).get(plural)))


def _ids(node: Any) -> Iterator[str]:
    """Only what looks like an id of amoCRM's: a body may be forged, and ids stand in addresses."""
    return (text for text in texts(node) if _ID.fullmatch(text))
