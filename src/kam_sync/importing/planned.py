"""What a plan may be of: a KPI that the house measures."""

from difflib import get_close_matches

from connectors import BadRecord, Plan, Record, Spoken
from kam_sync.kpi.registry import KPIS

_ASKED = (("is it", " or "), ("может быть,", " или "))
_FAR = 0.4
"""How little alike a word may be to a key or a title that is meant."""


def refuse_unknown_kpi(record: Record) -> None:
    """Raise BadRecord, with the keys that may be meant, for a plan of what nobody measures."""
    if not isinstance(record, Plan) or record.kpi in KPIS:
        return
    keys = {
        name.casefold(): key for key, kpi in KPIS.items() for name in (key, *kpi.title.values())
    }
    word = record.kpi.casefold()
    near = [word] if word in keys else get_close_matches(word, keys, n=2, cutoff=_FAR)
    meant = list(dict.fromkeys(keys[name] for name in near))
    said = record.kpi[:60]
    en, ru = (f"{word} {sep.join(meant)}? " if meant else "" for word, sep in _ASKED)
    raise BadRecord(
        Spoken(
            f"kpi: {said!r} is no KPI; {en}all keys: kam-sync kpis list",
            f"kpi: {said!r}: такого показателя нет; {ru}все ключи: kam-sync kpis list",
        )
    )
