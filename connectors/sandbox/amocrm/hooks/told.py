"""Which webhooks a change of the account causes, and the body that carries them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.amocrm.account import ACCOUNT, HOST
from connectors.sandbox.amocrm.change import Change
from connectors.sandbox.amocrm.hooks import shapes
from connectors.sandbox.amocrm.hooks.form import encode
from connectors.sandbox.amocrm.hooks.shapes import Account, Row, Shape

_ACTIONS = ("add", "update", "delete", "responsible")
SETTINGS = frozenset(
    [
        f"{action}_{noun}"
        for noun in ("lead", "contact", "company", "customer")
        for action in _ACTIONS
    ]
    + [f"note_{noun}" for noun in ("lead", "contact", "company", "customer")]
    + [f"restore_{noun}" for noun in ("lead", "contact", "company")]
    + [f"{action}_task" for action in _ACTIONS]
    + [f"{action}_catalog_element" for action in _ACTIONS[:3]]  # names that no document gives
    + ["status_lead", "add_talk", "update_talk", "add_chat_template_review"]
)
"""What one may subscribe to."""
_SINGULAR = {
    "leads": "lead",
    "contacts": "contact",
    "companies": "company",
    "customers": "customer",
    "tasks": "task",
}


@dataclass(frozen=True, slots=True)
class Style:
    """What captures disagree about."""

    status_too: bool = True
    """Whether a new stage is told as `status` and as `update`, or as `update` alone."""
    nested_tasks: bool = False
    """`task[update][0][0][id]`, as the documents have it."""
    close_twice: bool = False
    """A task closed with a result from the list is told twice, from the card once."""
    bare_values: bool = False
    """Texts of custom fields as `values[0]` instead of `values[0][value]`."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One item of a body; any of `settings` brings it."""

    settings: frozenset[str]
    root: str
    action: str
    item: Shape


def body(hooks: Iterable[Hook]) -> bytes:
    """Any number of hooks in one body."""
    tree: dict[str, Any] = {}
    for hook in hooks:
        tree.setdefault(hook.root, {}).setdefault(hook.action, []).append(hook.item)
    sender = {"subdomain": "demo", "id": ACCOUNT, "_links": {"self": HOST}}
    return encode(tree | {"account": sender})


def hooks_of(change: Change, account: Account, style: Style) -> list[Hook]:
    """What is told of a change; nothing of nouns that have no webhooks."""
    noun, _, part = change.noun.partition("/")
    match noun, part:
        case _, "notes":
            return _note(change, noun)
        case "catalogs", _:
            return _element(change, style)
        case "tasks", "":
            return _task(change, style)
        case "leads" | "contacts" | "companies" | "customers", "":
            return _entity(change, account, style)
        case _:
            return []


def _entity(change: Change, account: Account, style: Style) -> list[Hook]:
    noun = change.noun
    if change.action == "delete" or change.after is None:
        return [_hook("delete", noun, _gone(noun, change.before or {"id": change.id}))]
    shape = _shape(noun, change.after, account, style)
    if change.action in {"add", "restore"} or change.before is None:
        return [_hook(change.action, noun, shape)]
    return _updated(noun, change.before, shape, style)


def _hook(action: str, noun: str, item: Shape, *more: str) -> Hook:
    names = frozenset(f"{word}_{_SINGULAR[noun]}" for word in (action, *more))
    root = {"companies": "contacts", "tasks": "task"}.get(noun, noun)
    return Hook(names, root, action, item)


def _shape(noun: str, row: Row, account: Account, style: Style) -> Shape:
    match noun:
        case "leads":
            return shapes.lead(row, bare=style.bare_values)
        case "customers":
            return shapes.customer(row, bare=style.bare_values)
        case _:
            return shapes.person(row, noun, account, bare=style.bare_values)


def _gone(noun: str, row: Row) -> Shape:
    if noun == "leads":
        return {key: row.get(key) for key in ("id", "status_id", "pipeline_id")}
    if noun in {"contacts", "companies"}:
        return {"id": row["id"], "type": shapes.type_of(noun)}
    return {"id": row["id"]}


def _updated(noun: str, before: Row, shape: Shape, style: Style) -> list[Hook]:
    old_owner = {"old_responsible_user_id": before.get("responsible_user_id")}
    has_new_owner = old_owner["old_responsible_user_id"] != shape["responsible_user_id"]
    if noun in {"contacts", "companies"}:  # a new owner comes as an update
        item = shape | old_owner if has_new_owner else shape
        return [_hook("update", noun, item, *(["responsible"] if has_new_owner else []))]
    found = []
    if noun == "leads":
        shape = shape | {"old_status_id": before.get("status_id")}
        if style.status_too and before.get("status_id") != shape["status_id"]:
            found.append(_hook("status", noun, shape))
    if has_new_owner:
        found.append(_hook("responsible", noun, shape | old_owner))
    return [*found, _hook("update", noun, shape)]


def _task(change: Change, style: Style) -> list[Hook]:
    row = change.after
    if change.action == "delete" or row is None:
        return [_hook("delete", "tasks", {"id": change.id})]
    told = shapes.task(row)
    if change.before is None:
        return [_hook("add", "tasks", _nested(told, style))]
    more: tuple[str, ...] = ()
    told["old_text"] = change.before.get("text")
    if change.before.get("responsible_user_id") != row.get("responsible_user_id"):
        more = ("responsible",)
        told["old_responsible_user_id"] = change.before.get("responsible_user_id")
        told |= {"main_user": row.get("responsible_user_id"), "modified_by": row.get("updated_by")}
    text = (row.get("result") or {}).get("text")
    result = {"result": {"id": change.id + 1, "text": text}} if text else {}
    is_closing = row.get("is_completed") and not change.before.get("is_completed")
    if not is_closing:
        return [_hook("update", "tasks", _nested(told | result, style), *more)]
    closing = told | {"action_close": 1}
    items = [closing, told | result] if style.close_twice and result else [closing | result]
    return [_hook("update", "tasks", _nested(item, style), *more) for item in items]


def _nested(item: Shape, style: Style) -> Shape:
    return {"0": item} if style.nested_tasks else item


def _note(change: Change, owner: str) -> list[Hook]:
    if change.action != "add" or change.after is None:
        return []
    item: Shape = {"note": shapes.note(change.after, owner)}
    if owner in {"contacts", "companies"}:
        item["type"] = shapes.type_of(owner)
    times = 2 if change.after.get("note_type") == "attachment" else 1
    return [_hook("note", owner, item)] * times


def _element(change: Change, style: Style) -> list[Hook]:
    action = "delete" if change.after is None else change.action
    row: Mapping[str, Any] = change.after or change.before or {}
    item = shapes.element(row, bare=style.bare_values)
    if action == "delete":
        item = {key: item[key] for key in ("id", "catalog_id", "type")}
    return [Hook(frozenset({f"{action}_catalog_element"}), "catalogs", action, item)]
