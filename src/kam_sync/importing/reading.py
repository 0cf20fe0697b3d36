"""Makes the lines of a file rows that can be kept, and says of the others why not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from zlib import crc32

import orjson

from connectors import BadRecord, Spoken, behind, columns, sheets
from kam_sync.importing.planned import refuse_unknown_kpi
from kam_sync.importing.seen import Seen

_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not taken, and why."""

    line: int
    why: Spoken


@dataclass(frozen=True, slots=True)
class Accepted:
    """A line that can be kept."""

    line: int
    taken: columns.Taken


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A line that says nothing of its own: a sum of others, or the same as one above it."""

    line: int
    same_as: int | None = None
    """The line that it is equal to; None for a sum."""


Read = Accepted | Rejected | PassedOver


def read_lines(lines: Iterable[sheets.Line], map_: columns.TableMap) -> Iterator[Read]:
    """What becomes of each line, one by one.

    Equal rows without a key are told apart by how often they came; of rows with the same key the
    first one counts, for nobody knows which is right.
    """
    seen = Seen()
    is_keyed = not map_.is_weak
    for line in lines:
        if line.is_total and not line.trouble:
            yield PassedOver(line.number)
        elif line.trouble:
            yield Rejected(line.number, behind("", ValueError(line.trouble)))
        else:
            yield _read(line, map_, seen, is_keyed=is_keyed)


def _read(line: sheets.Line, map_: columns.TableMap, seen: Seen, *, is_keyed: bool) -> Read:
    try:
        taken = columns.take(map_, line.cells)
        refuse_unknown_kpi(taken.record)
    except BadRecord as error:
        return Rejected(line.number, behind("", error))
    key = taken.raw.external_id
    if not is_keyed:
        if (times := seen.again(key)) > 1:
            taken = replace(taken, raw=replace(taken.raw, external_id=f"{key}-{times}"))
        return Accepted(line.number, taken)
    content = crc32(orjson.dumps(taken.raw.body, option=orjson.OPT_SORT_KEYS))
    before = seen.first(key, line.number, content)
    if before is None:
        return Accepted(line.number, taken)
    if before[1] == content:
        return PassedOver(line.number, same_as=before[0])
    return Rejected(line.number, _same_key(map_, key, before[0]))


def _same_key(map_: columns.TableMap, key: str, first: int) -> Spoken:
    """That two rows have one key, its value, and what to do."""
    named = f"{', '.join(map_.key) or 'client'} ({key.replace('|', ', ')[:_LONGEST]})"
    return Spoken(
        f"key: {named} is the same as in line {first}, and the rest is not: correct one of them, "
        "or name the columns that tell them apart: --set key=COLUMN,COLUMN",
        f"ключ: {named} тот же, что в строке {first}, а остальное другое: исправьте одну из них "
        "или назовите колонки, которыми они различаются: --set key=КОЛОНКА,КОЛОНКА",
    )
