"""What a migration may not do, for the release before it runs beside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

DECLARATION = "BREAKS_RELEASES_BEFORE"
"""A migration that must break may say before which release: the one that stopped using it."""
_GONE = {"drop_column", "drop_table", "rename_table"}
_SQL = re.compile(
    r"\bDROP\s+(TABLE|COLUMN)\b|\bRENAME\s+(TO|COLUMN)\b|\bSET\s+NOT\s+NULL\b"
    r"|\bALTER\s+COLUMN\s+\S+\s+(TYPE|DROP\s+DEFAULT)\b|\bLOCK\s+TABLE\b",
    re.IGNORECASE,
)
_BLOCKING_INDEX = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)\S+\s+ON\s+(\w+)", re.IGNORECASE
)
_LARGE = {
    "account_link", "activity", "contact", "deal", "delivery", "event", "fact_history",
    "hint", "hook", "invoice", "known_deal", "match_key", "match_pair", "payment", "person_key",
    "person_link", "person_pair", "purchase", "raw_record", "restatement", "run", "seen_record",
    "sell_out", "series", "shipment", "stock", "task", "turn",
}  # fmt: skip
"""Tables on which an index takes long enough to be noticed; companies are tens of thousands."""


def faults(path: Path) -> list[str]:
    """What is wrong with a migration; nothing where it declares what it breaks."""
    tree = ast.parse(path.read_text())
    if any(isinstance(one, ast.Assign) and _names(one) == {DECLARATION} for one in tree.body):
        return []
    body = [one for one in tree.body if getattr(one, "name", "") != "downgrade"]
    calls = [node for top in body for node in ast.walk(top) if isinstance(node, ast.Call)]
    made = {_text(call, 0) for call in calls if _called(call) == "create_table"}
    return [f"{path.name}:{line}: {said}" for line, said in _wrongs(calls, made, body)]


def _wrongs(
    calls: list[ast.Call], made: set[str], body: list[ast.stmt]
) -> Iterator[tuple[int, str]]:
    for call in calls:
        if said := _of_call(call, made):
            yield call.lineno, said
    for node in (node for top in body for node in ast.walk(top)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if found := _SQL.search(node.value):
                yield node.lineno, f"{found[0]}: the release before this one still uses it"
            index = _BLOCKING_INDEX.search(node.value)
            if index and index[1] in _LARGE - made:
                yield node.lineno, "an index that keeps writers waiting: say CONCURRENTLY"


def _of_call(call: ast.Call, made: set[str]) -> str:
    name, given = _called(call), {one.arg: one.value for one in call.keywords}
    if name in _GONE:
        return f"{name}: the release before this one still uses it"
    if name == "alter_column":
        return _of_alter(given)
    if name == "add_column" and _text(call, 0) not in made:
        return _of_new_column(call)
    # one that holds few rows is one walk over the table, with nothing to sort
    is_blocking = not {"postgresql_concurrently", "postgresql_where"} & set(given)
    if name == "create_index" and _text(call, 1) in _LARGE - made and is_blocking:
        return "an index that keeps writers waiting: postgresql_concurrently=True"
    return ""


def _of_alter(given: dict[str | None, ast.expr]) -> str:
    if "new_column_name" in given or "type_" in given:
        return "alter_column: another name or type; add a column beside it"
    if _is(given.get("nullable"), value=False):
        return "alter_column: required, but the release before this one may write none"
    if _is(given.get("server_default"), value=None):
        return "alter_column: no default any more, but the release before this one gives no value"
    return ""


def _of_new_column(call: ast.Call) -> str:
    column = next((one for one in call.args[1:] if isinstance(one, ast.Call)), None)
    given = {} if column is None else {one.arg: one.value for one in column.keywords}
    if _is(given.get("nullable"), value=False) and "server_default" not in given:
        return "add_column: required and without a server_default"
    return ""


def _is(node: ast.expr | None, *, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _text(call: ast.Call, place: int) -> str:
    if len(call.args) <= place or not isinstance(call.args[place], ast.Constant):
        return ""
    return str(call.args[place].value)  # type: ignore[attr-defined]  # it was asked above


def _names(node: ast.Assign) -> set[str]:
    return {one.id for one in node.targets if isinstance(one, ast.Name)}
