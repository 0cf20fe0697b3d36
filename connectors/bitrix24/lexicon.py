"""What a portal's admins define: custom fields, funnels and stages; and joining it to rows.

Rows hold choices and stages as ids. What they mean is joined when a row is pulled, so that it can
be translated without asking; the same for a row that comes alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from connectors.bitrix24.calling import Params, Portal, command
from connectors.bitrix24.entities import DEAL, INVOICE, LEAD, Entity
from connectors.bitrix24.trouble import is_off
from connectors.kit import pick
from connectors.kit.errors import ErrorKind, RetryLater

Body = dict[str, Any]
JOINED = "joined"
"""What we put beside the fields of a row."""
LEADS = "leads"
"""Our id of the pipeline of leads, which the portal does not call one."""
_LEADS_NAME = "Лиды (leads)"
_EMPTY: tuple[Any, ...] = (None, "", [], {})


class Lexicon:
    """The definitions of one portal, asked for when they are needed."""

    def __init__(self, portal: Portal, entities: Sequence[Entity]) -> None:
        self._portal = portal
        self._entities = entities

    def pipelines(self) -> Iterator[Body]:
        """The funnels of deals, each with its stages; that of leads as the last."""
        stages = list(self._all("crm.status.list", {}))
        for funnel in self._all("crm.category.list", {"entityTypeId": DEAL.type}):
            id_ = str(funnel.get("id"))
            of = DEAL.stages if id_ == "0" else f"{DEAL.stages}_{id_}"
            yield {**funnel, "stages": [one for one in stages if one.get("ENTITY_ID") == of]}
        if LEAD in self._entities:
            of_leads = [one for one in stages if one.get("ENTITY_ID") == LEAD.stages]
            yield {"id": LEADS, "name": _LEADS_NAME, "stages": of_leads}

    def fields(self) -> Mapping[Entity, Mapping[str, Body]]:
        """The custom fields of each kind of record; none of what the portal does not have."""
        asked = {
            one.name: command("crm.item.fields", {"entityTypeId": one.type})
            for one in self._entities
        }
        results, errors = self._portal.batch(asked)
        for error in errors.values():
            if not is_off(error):
                self._portal.fail(error)
        return {one: _made(results.get(one.name)) for one in self._entities}

    @cached_property
    def known_fields(self) -> Mapping[Entity, Mapping[str, Body]]:
        """The same, asked for once."""
        return self.fields()

    @cached_property
    def semantics(self) -> Mapping[Entity, Mapping[str, str]]:
        """What each stage of a kind of record means: S won, F lost, P in work."""
        rows = list(self._all("crm.status.list", {}))
        return {
            one: {
                str(row.get("STATUS_ID")): str(row.get("SEMANTICS") or "P")
                for row in rows
                if str(row.get("ENTITY_ID")).startswith(one.stages)
            }
            for one in self._entities
            if one.stages
        }

    def join(self, entity: Entity, given: Body) -> Body:
        """A row with what has to be known to read it, and without addresses that hold a secret."""
        row = {key: value for key, value in given.items() if not _is_file(value)}
        made = self.known_fields.get(entity, {})
        joined: Body = {}
        filled = {key: one for key, one in made.items() if given.get(key) not in _EMPTY}
        if filled:
            joined["custom"] = {key: _value(one, given[key]) for key, one in filled.items()}
        if entity is INVOICE or (entity.stages and not row.get("stageSemanticId")):
            joined["semantic"] = self.semantics[entity].get(str(row.get("stageId")), "P")
        return {**row, JOINED: joined} if joined else row

    def users(self) -> Iterator[Body]:
        """All who work there, also those who have left."""
        return self._all("user.get", {"SORT": "ID", "ORDER": "ASC"})

    def departments(self) -> Iterator[Body]:
        """All departments."""
        return self._all("department.get", {"SORT": "ID", "ORDER": "ASC"})

    def _all(self, method: str, params: Params) -> Iterator[Body]:
        """All rows of a short list: some give them page by page, some at once."""
        start = 0
        while True:
            answer = self._portal.answer(method, {**params, "start": start})
            yield from _listed(method, answer.get("result"))
            following = answer.get("next")
            if not isinstance(following, int) or isinstance(following, bool):
                return
            if following <= start:
                said = f"{self._portal.host} {method}: a page repeats; the portal does not page"
                raise RetryLater(said, kind=ErrorKind.UNREADABLE)
            start = following


def _listed(method: str, result: Any) -> Iterable[Body]:
    rows = result.get("categories") if isinstance(result, dict) else result
    if not isinstance(rows, list):
        raise RetryLater(f"{method}: the answer holds no list", kind=ErrorKind.UNREADABLE)
    return (row if isinstance(row, dict) else {"value": row} for row in rows)


def _is_file(value: Any) -> bool:
    """Whether it is a file or several: who knows the address of one may read it."""
    if not isinstance(value, dict | list):  # nearly always
        return False
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and any("url" in str(key).lower() for key in first)


def _made(result: Any) -> dict[str, Body]:
    """The fields that an admin has made, out of all."""
    found = pick.one(result if isinstance(result, dict) else {}, "fields")
    return {
        key: {**one, "id": key}
        for key, one in found.items()
        if isinstance(one, dict) and (one.get("isDynamic") or key.lower().startswith("uf"))
    }


def _value(field: Body, value: Any) -> Body:
    """What stands in a field: choices by their names, files by their numbers."""
    kind, values = field.get("type"), value if isinstance(value, list) else [value]
    if kind == "enumeration":
        listed = field.get("items")
        items = listed if isinstance(listed, list) else []
        names = {str(one.get("ID")): one.get("VALUE") for one in items if isinstance(one, dict)}
        values = [names.get(str(one), one) for one in values]
    if kind == "file":
        values = [one.get("id") if isinstance(one, dict) else None for one in values]
    several = bool(field.get("isMultiple"))
    return {"name": field.get("title"), "type": kind, "several": several, "values": values}
