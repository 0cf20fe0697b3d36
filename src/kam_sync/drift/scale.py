"""The scale on which a KPI is judged: where a change by half weighs the same on each level."""

from enum import StrEnum
from typing import Any

import numpy as np

from kam_sync.drift.groups import row_quantile

_LEAST_OF_USUAL = 0.1
"""Of the median of what is not zero: a month without orders is far off, but not endlessly."""
_SHARE_EDGE = 0.002
_ANSCOMBE = 0.375


class Scale(StrEnum):
    """What is done to the values of a KPI before they are compared."""

    LOG = "log"
    """Money, days of stock: changes are parts of the level."""
    COUNT = "count"
    """Small whole numbers: twice the root, whose spread is 1 at any level."""
    SHARE = "share"
    """A share between 0 and 1: logit."""
    PLAIN = "plain"
    """Percentages that may pass 100 or fall below 0, days of debt, points."""


def floors(values: Any, scale: Scale) -> Any:
    """The least value of each row that a logarithm is taken of; one column (rows, 1)."""
    if scale is not Scale.LOG:
        return np.zeros((len(values), 1))
    usual = row_quantile(np.where(values > 0, values, np.nan))[:, None]
    return np.where(usual > 0, usual, 1.0) * _LEAST_OF_USUAL


def forward(values: Any, scale: Scale, floor: Any) -> Any:
    """Values (rows, periods) in the unit of the KPI, as they are judged; NaN stays NaN."""
    match scale:
        case Scale.LOG:
            return np.log(np.maximum(values, floor))
        case Scale.COUNT:
            return 2 * np.sqrt(np.maximum(values, 0) + _ANSCOMBE)
        case Scale.SHARE:
            share = np.clip(values, _SHARE_EDGE, 1 - _SHARE_EDGE)
            return np.log(share / (1 - share))
        case Scale.PLAIN:
            return np.asarray(values, dtype=float)


def back(judged: Any, scale: Scale) -> Any:
    """The inverse of `forward`, in the unit of the KPI."""
    match scale:
        case Scale.LOG:
            return np.exp(judged)
        case Scale.COUNT:
            return np.maximum(np.maximum(judged, 0) ** 2 / 4 - _ANSCOMBE, 0)
        case Scale.SHARE:
            return 1 / (1 + np.exp(-judged))
        case Scale.PLAIN:
            return judged


_LEAST_SIGMA = {Scale.LOG: 0.002, Scale.COUNT: 0.1, Scale.SHARE: 0.01, Scale.PLAIN: 0.002}


def least_sigma(judged: Any, scale: Scale) -> Any:
    """The least sigma of each row (rows,), for a series that has never changed has none."""
    least = np.full(len(judged), _LEAST_SIGMA[scale])
    if scale is Scale.PLAIN:
        usual = np.nan_to_num(row_quantile(np.abs(judged)))
        least *= np.where(usual > 0, usual, 1.0)
    return least
