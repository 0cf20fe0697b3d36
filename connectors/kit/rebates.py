"""The steps of a rebate as people write them in one cell: 3 000 000: 2%; 5 000 000: 3%."""

import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

from connectors.kit import pick, values
from connectors.kit.door import Spoken
from connectors.kit.errors import BadRecord

_PARTED = re.compile(r"[;\n]+")
_STEP = re.compile(
    r"(?:от|свыше|более|from|over|>=?|≥)?\s*(?P<amount>[\d.,\s']+?)\s*(?P<unit>тыс|млн|млрд|k|m)?\.?"
    r"\s*(?P<sign>₽|руб\.?|р\.|RUB|[$€₸])?\s*(?:[:=→]|[-–—]+>?)\s*(?P<percent>\d[\d.,]*)\s*%",
    re.IGNORECASE,
)
_UNITS = {"тыс": 10**3, "k": 10**3, "млн": 10**6, "m": 10**6, "млрд": 10**9}


def steps(said: str) -> list[tuple[Decimal, Decimal]]:
    """From which purchases on which rebate is given, in percent of all of them; smallest first.

    Raises BadRecord for what is no such list: each step has to give more than the one before.
    """
    found = sorted(_step(part) for part in _PARTED.split(said) if part.strip())
    for (least, low), (more, high) in pairwise(found):
        if more == least:
            raise BadRecord(Spoken(f"two steps from {more:f}", f"две ступени от {more:f}"))
        if high <= low:
            raise BadRecord(
                Spoken(
                    f"more has to be given from {more:f} than from {least:f}, got {high:f}%",
                    f"от {more:f} процент должен быть больше, чем от {least:f}, а стоит {high:f}%",
                )
            )
    return found


def canonical(value: Any) -> str | None:
    """The same steps in the one way in which they are kept: `3000000: 2%; 5000000: 3%`."""
    said = values.text(value)
    return None if said is None else "; ".join(f"{at:f}: {rate:f}%" for at, rate in steps(said))


def _step(part: str) -> tuple[Decimal, Decimal]:
    found = _STEP.fullmatch(part.strip())
    amount = values.number(found["amount"]) if found else None
    rate = values.number(found["percent"]) if found else None
    if found is None or amount is None or rate is None or rate > 100:
        shown = pick.shown(part.strip())
        raise BadRecord(
            Spoken(
                f"steps such as 3 000 000: 2%; 5 000 000: 3% are needed, got {shown}",
                f"нужны ступени вида 3 000 000: 2%; 5 000 000: 3%, а стоит {shown}",
            )
        )
    return amount * _UNITS.get((found["unit"] or "").casefold(), 1), rate
