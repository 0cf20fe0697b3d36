"""Tries a profile on a CRM step by step, and says what each step found; no personal data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.kit.errors import BadRecord, ConnectorError
from connectors.kit.http import CrmHttp
from connectors.kit.records import NAMELESS, Noun
from connectors.kit.rules import record
from connectors.profiled import dropped
from connectors.profiled.asking import Asking
from connectors.profiled.model import Profile
from connectors.profiled.pulling import name_of, raw_records, refuse_lost
from connectors.profiled.walking import Step, walk

_FUTURE = datetime(2199, 1, 1, tzinfo=UTC)
_NAMES: Mapping[str, str] = {
    "inn": r"inn|инн|taxnumber",
    "name": r"name|title|shortname|naz?vani[ej]|naimenovanie|название|наименование",
    "amount": r"(amount|price|summa?|czena|cena|stoimost|byudzhet|сумма|цена|бюджет)(_\w+)?",
    "stage": r"stage|status|stadiya|etap|стадия|этап|статус",
    "company": r"company|organi[sz]at?i[oy]a?n?|organizacziya|kompaniya|компания|организация",
    "owner": r"owner|responsible|assigned|otvetstvennyj|ответственный",
    "created_at": r"created|createddate|createdat|data_sozdaniya|дата_создания",
    "updated_at": r"(updated|modified|changed)(date|at)?|data_izmeneniya|дата_изменения",
    "phones": r"(mobile)?phones?|telefon|телефон",
    "emails": r"e?mails?|pochta|почта",
}
_SHAPES: Sequence[tuple[str, str, str]] = (
    ("INN", r"\d{10}|\d{12}", "inn"),
    ("UUID", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", ""),
    ("phone", r"(\+7|8)[\d() -]{9,16}", "phones"),
    ("e-mail", r"[^@\s]+@[^@\s]+\.[^@\s]+", "emails"),
    ("time", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*|\d\d\.\d\d\.\d{4} \d\d:\d\d.*", ""),
    ("day", r"\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}", ""),
)


@dataclass(slots=True)
class Probe:
    """The steps for one profile; each entity is read for two pages at most."""

    http: CrmHttp
    profile: Profile

    def entity(self, noun: Noun) -> Iterator[dict[str, Any]]:
        """The steps for one noun, as far as they go."""
        rules = self.profile.rules(noun)
        steps: list[Step] = []
        try:
            for step in walk(Asking(self.http, self.profile, noun), self._key(noun), None):
                steps.append(step)
                if len(steps) == 2:
                    break
        except ConnectorError as error:
            yield said(f"{noun}: list", str(error), is_fine=False)
            if not steps:
                return
        rows = [row for step in steps for row in step.rows]
        yield said(f"{noun}: list", f"{len(rows)} rows, pages read: {len(steps)}", rows=rows)
        keys = [name_of(rules, row) for row in rows]
        nameless = sum(key.startswith(NAMELESS) for key in keys)
        doubles = len(keys) - len(set(keys))
        found = f"{len(keys)} keys, {nameless} empty, {doubles} double"
        yield said(f"{noun}: keys", found, is_fine=not nameless and not doubles)
        yield mapped(self.profile, noun, rows)
        if self.profile.entities[noun].changed_since:
            yield self._filtered(noun)

    def _filtered(self, noun: Noun) -> dict[str, Any]:
        """Whether a filter that nothing can fit gives nothing."""
        try:
            asking = Asking(self.http, self.profile, noun, _FUTURE)
            first = next(walk(asking, self._key(noun), None), None)
        except ConnectorError as error:
            return said(f"{noun}: changes", str(error), is_fine=False)
        rows = 0 if first is None else len(first.rows)
        found = (
            f"the filter is ignored: {rows} rows of the year 2199" if rows else "the filter works"
        )
        return said(f"{noun}: changes", found, is_fine=not rows)

    def _key(self, noun: Noun) -> Any:
        rules = self.profile.rules(noun)
        return lambda row: name_of(rules, row)


def files(folder: str, profile: Profile, noun: Noun) -> Iterator[dict[str, Any]]:
    """The steps for a noun that is read from files: the first one that waits is looked at."""
    entity, rows = profile.entities[noun], list[Any]()
    try:
        there = dropped.waiting(folder, entity.file) if entity.file and folder else []
        if not there:
            names = entity.file.names if entity.file else ""
            yield said(f"{noun}: file", f"no file {names} waits in the folder of the source")
            return
        page = next(dropped.pages(there[0], profile, noun), None)
        rows = [raw.body for raw in page.records] if page else []
    except ConnectorError as error:
        yield said(f"{noun}: file", str(error), is_fine=False)
        return
    yield said(f"{noun}: file", f"{there[0].name}: {len(rows)} rows looked at", rows=rows)
    yield mapped(profile, noun, rows)


def mapped(profile: Profile, noun: Noun, rows: Sequence[Any]) -> dict[str, Any]:
    """Whether rows read in our words."""
    rules, good, trouble = profile.rules(noun), 0, ""
    try:
        refuse_lost(profile.entities[noun], rows)
    except ConnectorError as error:
        return said(f"{noun}: mapping", str(error), is_fine=False)
    for raw in raw_records(rules, rows):
        try:
            record(rules, raw)
            good += 1
        except BadRecord as error:  # its message may show a value: only field and column go on
            trouble = trouble or str(error).partition("): ")[0] + ")"
    found = f"{good} of {len(rows)} rows can be read" + (f"; {trouble}" if trouble else "")
    return said(f"{noun}: mapping", found, is_fine=good > 0 or not rows)


def said(
    step: str, found: str, *, is_fine: bool = True, rows: Sequence[Any] = ()
) -> dict[str, Any]:
    """What a step found, and the attributes of rows where it read some."""
    about = list(attributes([row for row in rows if isinstance(row, Mapping)]))
    return {"step": step, "is_fine": is_fine, "found": found, "attributes": about}


def attributes(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each attribute with its type, how often it is empty, and what it could be."""
    for name in dict.fromkeys(name for row in rows for name in row):
        found = [row[name] for row in rows if row.get(name) not in (None, "", [], {})]
        kind, could_be = _kind(found)
        yield {
            "name": name,
            "type": kind,
            "empty_percent": round(100 * (1 - len(found) / len(rows))),
            "proposed": _named(name) or could_be,
        }


def _kind(found: Sequence[Any]) -> tuple[str, str]:
    for kind, pattern, could_be in _SHAPES:
        if found and all(re.fullmatch(pattern, str(value)) for value in found):
            return kind, could_be
    types = sorted({type(value).__name__ for value in found})
    return " or ".join(types) or "empty", ""


def _named(name: str) -> str:
    plain = name.removesuffix("$c").lower()
    return next((ours for ours, names in _NAMES.items() if re.fullmatch(names, plain)), "")
