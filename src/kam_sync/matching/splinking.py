"""Writes companies in the form that Splink reads, and reads back what it says of pairs.

For more companies than one machine compares: Splink runs on DuckDB here and on Spark there. What it
says is one more piece of evidence: people are asked about it, and no INN is overruled by it.
"""

from collections.abc import Iterable, Mapping
from itertools import accumulate
from math import log
from pathlib import Path
from typing import Any

from arro3.core import Array, DataType, RecordBatch, list_array
from arro3.io import write_parquet

from connectors import sheets
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.matching.features import Features
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.keys import block_keys
from kam_sync.matching.store import HintStore, KeyStore, ordered

FOLDER = "companies"
MOST = 6.0
"""More than this nobody else adds or takes away: as much as another INN."""
_PAGE = 50_000
_ENDS, _WEIGHTS = ("unique_id_l", "unique_id_r"), {"match_weight", "match_probability"}
_FORM = "needed are unique_id_l, unique_id_r, and match_weight or match_probability"
_HEAD = 5
_BEFORE_ALL: Company = (0, "")
_TINY = 1e-12


def export(session: Session, folder: Path) -> int:
    """Write all companies as Parquet files of a folder, one row each; returns how many.

    Raises:
        WrongUse: the folder has files in it.
    """
    into = folder / FOLDER
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise WrongUse(f"{into}: has files in it; name an empty folder")
    store = KeyStore(session)
    common, after, count, number = store.too_common(), _BEFORE_ALL, 0, 0
    while page := store.page(after, limit=_PAGE):
        number += 1
        write_parquet(_batch(page, common), into / f"part-{number:05}.parquet")
        count += len(page)
        after = max(page)
    return count


def import_(session: Session, file: Path) -> tuple[int, int]:
    """Keep what is said of pairs instead of all that was said before, and let them be matched.

    Returns:
        How many pairs were read, and how many of them are about companies that are here.

    Raises:
        WrongUse: the file says no ids or no weights; with the line.
    """
    said = dict(_pair(file, line) for line in sheets.lines(file))
    return len(said), HintStore(session).replace(said.items())


def _batch(page: Mapping[Company, Features], common: frozenset[str]) -> RecordBatch:
    known = page.values()
    columns = {
        "unique_id": _texts(f"{source}:{key}" for source, key in page),
        "source": _texts(str(source) for source, _ in page),
        "name": _texts(" ".join(one.name.core) for one in known),
        "name_flat": _texts(one.name.flat for one in known),
        "name_first": _texts("".join(one.name.core[:1]) for one in known),
        "name_head": _texts(one.name.flat[:_HEAD] for one in known),
        "form": _texts(one.name.form for one in known),
        "inn": _texts(one.inn for one in known),
        "kpp": _texts(one.kpp for one in known),
        "ogrn": _texts(one.ogrn for one in known),
        "phones": _lists(one.phones for one in known),
        "emails": _lists(one.emails for one in known),
        "domains": _lists(one.domains for one in known),
        "city": _texts(one.city for one in known),
        "address": _texts(" ".join(sorted(one.address)) for one in known),
        "keys": _lists(block_keys(one) - common for one in known),
    }
    return RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _texts(values: Iterable[str | None]) -> Array:
    """A column; what is not said is null, or Splink would find it alike."""
    return Array([value or None for value in values], DataType.string())


def _lists(values: Iterable[frozenset[str]]) -> Array:
    lists = [sorted(value) for value in values]
    ends = [0, *accumulate(len(one) for one in lists)]
    flat = Array([text for one in lists for text in one], DataType.string())
    return list_array(Array(ends, DataType.int32()), flat)


def _pair(file: Path, line: sheets.Line) -> tuple[Pair, float]:
    where = f"{file.name}, line {line.number}"
    if line.trouble:
        raise WrongUse(f"{where}: {line.trouble}")
    missing = [name for name in _ENDS if name not in line.cells]
    if missing:
        raise WrongUse(f"{file.name}: no column {' and no column '.join(missing)}; {_FORM}")
    if not _WEIGHTS & line.cells.keys():
        raise WrongUse(f"{file.name}: no column match_weight or match_probability; {_FORM}")
    one, other = (_company(line.cells[name], where) for name in _ENDS)
    if one == other:
        raise WrongUse(f"{where}: a company and itself are no pair")
    return ordered(one, other), max(-MOST, min(MOST, _weight(line.cells, where)))


def _company(said: Any, where: str) -> Company:
    source, colon, key = str(said or "").partition(":")
    if not (colon and key and source.isdecimal()):
        raise WrongUse(
            f"{where}: {said or 'nothing'} is no unique_id as `match export` writes it: the number "
            "of the source, a colon, the id there, such as 1:6000008"
        )
    return int(source), key


def _weight(cells: Mapping[str, Any], where: str) -> float:
    """In natural logarithms of odds; Splink's weights are binary ones."""
    try:
        if cells.get("match_weight") is not None:
            return float(cells["match_weight"]) * log(2)
        likely = float(cells["match_probability"])
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(f"{where}: no number in match_weight or match_probability") from error
    if not 0 <= likely <= 1:
        raise WrongUse(f"{where}: match_probability {likely} is not between 0 and 1")
    return log(max(likely, _TINY) / max(1 - likely, _TINY))
