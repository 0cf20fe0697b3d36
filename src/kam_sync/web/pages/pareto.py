"""The curve of how few make how much, as the script of the page draws it."""

from typing import Any

from kam_sync.kpi.portfolio import ParetoClass
from kam_sync.kpi.standing import Sums
from kam_sync.web.wording.language import Language


def curve(sums: Sums, language: Language) -> dict[str, Any]:
    """Bars of shares from the largest account on, the line that adds them up, where classes end."""
    total = sums.total
    ends, last = [], 0
    for one in sums.classes[:-1]:
        last += one.accounts
        ends.append(_end(sums, one.pareto, last))
    return {
        "names": [_name(step.first, step.last) for step in sums.steps],
        "shares": [round(float(100 * step.amount / total), 2) for step in sums.steps],
        "until": [round(float(100 * step.until / total), 2) for step in sums.steps],
        "ends": ends,
        "texts": {
            "share": language.gettext("Share"),
            "until": language.gettext("With all larger ones"),
            "places": language.gettext("By size, the largest first"),
        },
    }


def _end(sums: Sums, pareto: ParetoClass, last: int) -> dict[str, Any]:
    at = next(at for at, step in enumerate(sums.steps) if step.last >= last)
    return {"class": pareto.value, "at": at}


def _name(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"
